import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { InvocationError, type Invocation, type RuntimeApi } from './runtime-api.ts'

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
  runtimeApi: RuntimeApi
  functionArn: string
  handler: string
  codeFolder: string
  memoryMb: number
  timeoutSeconds: number
  /** Of the process: nothing is inherited. */
  variables: Record<string, string | undefined>
  onLog: (line: string) => void
  /** Called once, the first time that the process is larger than the function's memory. */
  onTooLarge: (memoryMb: number) => void
}

const runtimeClient = createRequire(import.meta.url).resolve('aws-lambda-ric')
const shim = join(import.meta.dirname, 'runtime-client-shim.cjs')
// Lambda gives the init phase 10 s, and once more the function's own time-out when it starts again
const initSeconds = 10

/** Starts a process of the function under AWS's Runtime Interface Client. */
export function startEnvironment(options: EnvironmentOptions): ExecutionEnvironment {
  const { runtimeApi, functionArn, timeoutSeconds, memoryMb, codeFolder } = options
  const ready = Promise.withResolvers<void>()
  const exited = Promise.withResolvers<void>()
  let waiting: ((invocation: Invocation) => void) | undefined
  let current: (Invocation & PromiseWithResolvers<string>) | undefined
  let isTooLarge = false
  let isAlive = true
  let death: InvocationError | undefined

  const path = runtimeApi.open({
    next: (invoke) => {
      clearTimeout(initTimer)
      waiting = invoke
      ready.resolve()
      give()
    },
    responded: (requestId, response, memoryBytes) => {
      const usedMb = Math.round(memoryBytes / 2 ** 20)
      if (usedMb > memoryMb && !isTooLarge) options.onTooLarge(usedMb)
      isTooLarge ||= usedMb > memoryMb
      finish(requestId)?.resolve(response)
    },
    failed: (requestId, error) => finish(requestId)?.reject(error),
    initFailed: (error) => (death = error),
  })
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${Math.round(memoryMb * 0.9)}`, '--require', shim, runtimeClient, options.handler],
    {
      cwd: codeFolder,
      env: { ...options.variables, AWS_LAMBDA_RUNTIME_API: runtimeApi.address, FANOUT_RUNTIME_PATH: path.path },
      // A group of its own: Ctrl-C in the terminal does not reach it, and what it starts ends with it
      detached: true,
    },
  )
  const initTimer = killAfter(initSeconds + timeoutSeconds, 'Init')
  let timer: NodeJS.Timeout | undefined
  for (const output of [child.stdout, child.stderr]) createInterface(output).on('line', options.onLog)
  child.once('error', (error) => end(new InvocationError('Runtime.ExitError', `cannot start: ${error.message}`)))
  child.once('exit', (code, signal) => {
    const status = signal === null ? `exit status ${code}` : `signal: ${signal}`
    end(new InvocationError('Runtime.ExitError', `Runtime exited with error: ${status}`))
  })

  function give() {
    if (!waiting || !current) return
    waiting(current)
    waiting = undefined
  }

  function finish(requestId: string) {
    if (current?.requestId !== requestId) return undefined
    clearTimeout(timer)
    const finished = current
    current = undefined
    return finished
  }

  function killAfter(seconds: number, phase: 'Init' | 'Task') {
    const timedOut = new InvocationError('Sandbox.Timedout', `${phase} timed out after ${seconds.toFixed(2)} seconds`)
    return setTimeout(() => {
      death = timedOut
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
    path.close()
    // What the process left behind
    kill('SIGKILL')
    ready.reject(death ?? error)
    current?.reject(death ?? error)
    exited.resolve()
  }

  return {
    ready: ready.promise,
    exited: exited.promise,
    isAlive: () => isAlive,
    invoke: (event) => {
      const invocation = { requestId: randomUUID(), functionArn, deadline: Date.now() + timeoutSeconds * 1000, event }
      current = { ...invocation, ...Promise.withResolvers<string>() }
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
