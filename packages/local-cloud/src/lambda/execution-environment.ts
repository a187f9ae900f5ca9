import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** One process that runs one invocation after the other. */
export interface ExecutionEnvironment {
  /** Resolves when the function's module is loaded; rejects when that failed. */
  ready: Promise<void>
  exited: Promise<void>
  isAlive: () => boolean
  /** Not before `ready`, and not while another invocation runs. Resolves with the JSON that the handler returned. */
  invoke: (event: string) => Promise<string>
  close: () => Promise<void>
}

export interface EnvironmentOptions {
  functionArn: string
  handler: string
  codeFolder: string
  memoryMb: number
  timeoutSeconds: number
  /** Of the process: nothing is inherited. */
  variables: Record<string, string | undefined>
  onLog: (line: string) => void
  /** Called the first time that the process is larger than the function's memory. */
  onTooLarge: (memoryMb: number) => void
}

export class InvocationError extends Error {
  override readonly name = 'InvocationError'
  /** As Lambda names it: `Sandbox.Timedout`, `Runtime.ExitError`, or the name of what the handler threw. */
  readonly errorType: string

  constructor(errorType: string, message: string) {
    super(message)
    this.errorType = errorType
  }
}

/** What runtime-client-shim.cjs sends. */
type RuntimeMessage =
  | { type: 'next' }
  | { type: 'done'; requestId: string; response: string; memoryBytes: number }
  | { type: 'failed'; requestId: string; error: RuntimeError }
  | { type: 'initFailed'; error: RuntimeError }

interface RuntimeError {
  errorType: string
  errorMessage: string
}

const runtimeClient = createRequire(import.meta.url).resolve('aws-lambda-ric')
const shim = join(import.meta.dirname, 'runtime-client-shim.cjs')
// Lambda gives the init phase 10 s, and once more the function's own time-out when it starts again
const initSeconds = 10

/** Starts a process of the function under AWS's Runtime Interface Client. */
export function startEnvironment(options: EnvironmentOptions): ExecutionEnvironment {
  const { functionArn, timeoutSeconds, memoryMb, codeFolder } = options
  const ready = Promise.withResolvers<void>()
  const exited = Promise.withResolvers<void>()
  let current: (PromiseWithResolvers<string> & { requestId: string; event: string }) | undefined
  let isWaiting = false
  let isTooLarge = false
  let isAlive = true
  let death: InvocationError | undefined

  const args = [`--max-old-space-size=${Math.round(memoryMb * 0.9)}`, '--require', shim, runtimeClient, options.handler]
  const child = spawn(process.execPath, args, {
    cwd: codeFolder,
    // The client wants an address, and nobody listens there: the shim has a channel of its own
    env: { ...options.variables, AWS_LAMBDA_RUNTIME_API: '127.0.0.1:0' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A group of its own: Ctrl-C in the terminal does not reach it, and what it starts ends with it
    detached: true,
  })
  const initTimer = killAfter(initSeconds + timeoutSeconds, 'Init')
  let timer: NodeJS.Timeout | undefined
  for (const output of [child.stdout, child.stderr]) if (output) createInterface(output).on('line', options.onLog)
  child.on('message', (message: RuntimeMessage) => hear(message))
  child.once('error', (error) => end(new InvocationError('Runtime.ExitError', `cannot start: ${error.message}`)))
  // What the process has left behind would keep its output open
  child.once('exit', () => kill('SIGKILL'))
  child.once('close', (code, signal) => {
    const status = signal === null ? `exit status ${code}` : `signal: ${signal}`
    end(new InvocationError('Runtime.ExitError', `Runtime exited with error: ${status}`))
  })

  function hear(message: RuntimeMessage) {
    switch (message.type) {
      case 'next':
        clearTimeout(initTimer)
        isWaiting = true
        ready.resolve()
        return give()
      case 'done':
        checkMemory(message.memoryBytes)
        return finish(message.requestId)?.resolve(message.response)
      case 'failed':
        return finish(message.requestId)?.reject(toInvocationError(message.error))
      case 'initFailed':
        death = toInvocationError(message.error)
    }
  }

  function give() {
    if (!isWaiting || !current) return
    isWaiting = false
    const headers = {
      'lambda-runtime-aws-request-id': current.requestId,
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutSeconds * 1000),
      'lambda-runtime-invoked-function-arn': functionArn,
      'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
    }
    // When it cannot be sent the process is about to end, and that is told then
    child.send({ bodyJson: current.event, headers }, () => {})
  }

  function finish(requestId: string) {
    if (current?.requestId !== requestId) return undefined
    clearTimeout(timer)
    const finished = current
    current = undefined
    return finished
  }

  function checkMemory(bytes: number) {
    const usedMb = Math.round(bytes / 2 ** 20)
    if (usedMb > memoryMb && !isTooLarge) options.onTooLarge(usedMb)
    isTooLarge ||= usedMb > memoryMb
  }

  function killAfter(seconds: number, phase: 'Init' | 'Task') {
    return setTimeout(() => {
      death = new InvocationError('Sandbox.Timedout', `${phase} timed out after ${seconds.toFixed(2)} seconds`)
      kill('SIGKILL')
    }, seconds * 1000)
  }

  function kill(signal: NodeJS.Signals) {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal)
    } catch {
      // It has exited, and nothing is left of its group
    }
  }

  function end(error: InvocationError) {
    isAlive = false
    clearTimeout(initTimer)
    clearTimeout(timer)
    ready.reject(death ?? error)
    current?.reject(death ?? error)
    exited.resolve()
  }

  return {
    ready: ready.promise,
    exited: exited.promise,
    isAlive: () => isAlive,
    invoke: (event) => {
      current = { requestId: randomUUID(), event, ...Promise.withResolvers<string>() }
      timer = killAfter(timeoutSeconds, 'Task')
      give()
      return current.promise
    },
    close: async () => {
      if (!isAlive) return
      kill('SIGTERM')
      const patience = setTimeout(() => kill('SIGKILL'), 1000)
      await exited.promise
      clearTimeout(patience)
    },
  }
}

function toInvocationError({ errorType, errorMessage }: RuntimeError): InvocationError {
  return new InvocationError(errorType, errorMessage)
}
