import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** One process that runs one invocation after the other. */
export type Environment = ReturnType<typeof startEnvironment>

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

/** What runtime-client-shim.cjs sends. */
type RuntimeMessage =
  | { type: 'next' }
  | { type: 'done'; response: string; memoryBytes: number }
  | { type: 'failed'; error: RuntimeError }
  | { type: 'initFailed'; error: RuntimeError }
type RuntimeError = { errorType: string; errorMessage: string }

const runtimeClient = createRequire(import.meta.url).resolve('aws-lambda-ric')
const shim = join(import.meta.dirname, 'runtime-client-shim.cjs')

/**
 * Starts a process of the function under AWS's Runtime Interface Client. Errors have an `errorType` as Lambda names it:
 * `Sandbox.Timedout`, `Runtime.ExitError`, or the name of what the handler threw.
 */
export function startEnvironment(options: EnvironmentOptions) {
  const { memoryMb, timeoutSeconds, onLog } = options
  const exited = Promise.withResolvers<void>()
  // Until the process asks for work: after its init, and after each invocation
  let idle = createPending<void>()
  let current: PromiseWithResolvers<string> | undefined
  let [isAlive, isTooLarge] = [true, false]
  let death: Error | undefined
  // Lambda gives the init phase 10 s, and once more the function's own time-out when it starts again
  const initTimer = killAfter(10 + timeoutSeconds, 'Init')
  let taskTimer: NodeJS.Timeout | undefined

  const args = [`--max-old-space-size=${Math.round(memoryMb * 0.9)}`, '--require', shim, runtimeClient, options.handler]
  const child = spawn(process.execPath, args, {
    cwd: options.codeFolder,
    // The client wants an address, and nobody listens there: the shim has a channel of its own
    env: { ...options.variables, AWS_LAMBDA_RUNTIME_API: '127.0.0.1:0' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A group of its own: Ctrl-C in the terminal does not reach it, and what it starts ends with it
    detached: true,
  })
  for (const output of [child.stdout, child.stderr]) if (output) createInterface(output).on('line', onLog)
  child.on('message', (message: RuntimeMessage) => hear(message))
  child.once('error', (error) => end(`cannot start: ${error.message}`))
  // What the process has left behind would keep its output open
  child.once('exit', () => kill('SIGKILL'))
  child.once('close', (code, signal) => {
    end(`Runtime exited with error: ${signal === null ? `exit status ${code}` : `signal: ${signal}`}`)
  })

  function hear(message: RuntimeMessage) {
    if (message.type === 'initFailed') return void (death = toError(message.error))
    clearTimeout(message.type === 'next' ? initTimer : taskTimer)
    if (message.type === 'next') return idle.resolve()
    if (message.type === 'failed') return current?.reject(toError(message.error))
    const usedMb = Math.round(message.memoryBytes / 2 ** 20)
    if (usedMb > memoryMb && !isTooLarge) options.onTooLarge(usedMb)
    isTooLarge ||= usedMb > memoryMb
    current?.resolve(message.response)
  }

  function killAfter(seconds: number, phase: 'Init' | 'Task') {
    return setTimeout(() => {
      const errorMessage = `${phase} timed out after ${seconds.toFixed(2)} seconds`
      death = toError({ errorType: 'Sandbox.Timedout', errorMessage })
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

  function end(errorMessage: string) {
    isAlive = false
    for (const timer of [initTimer, taskTimer]) clearTimeout(timer)
    const error = death ?? toError({ errorType: 'Runtime.ExitError', errorMessage })
    for (const pending of [idle, current]) pending?.reject(error)
    exited.resolve()
  }

  /** Not while another invocation runs. Resolves with the JSON that the handler returned. */
  async function invoke(bodyJson: string): Promise<string> {
    taskTimer = killAfter(timeoutSeconds, 'Task')
    await idle.promise
    idle = createPending()
    current = createPending()
    const headers = {
      'lambda-runtime-aws-request-id': randomUUID(),
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutSeconds * 1000),
      'lambda-runtime-invoked-function-arn': options.functionArn,
      'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
    }
    // When it cannot be sent the process is about to end, and that is told then
    child.send({ bodyJson, headers }, () => {})
    return current.promise
  }

  async function close(): Promise<void> {
    if (!isAlive) return
    kill('SIGTERM')
    const patience = setTimeout(() => kill('SIGKILL'), 1000)
    await exited.promise
    clearTimeout(patience)
  }

  return { ready: idle.promise, exited: exited.promise, isAlive: () => isAlive, invoke, close }
}

/** Nobody has to wait for it. */
function createPending<T>(): PromiseWithResolvers<T> {
  const pending = Promise.withResolvers<T>()
  pending.promise.catch(() => {})
  return pending
}

function toError({ errorType, errorMessage }: RuntimeError): Error {
  return Object.assign(new Error(errorMessage), { errorType })
}
