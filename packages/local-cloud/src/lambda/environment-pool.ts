import type { ExecutionEnvironment } from './execution-environment.ts'

/** The execution environments of one version of a function. */
export interface EnvironmentPool {
  invoke: (event: string) => Promise<string>
  /** Starts an environment unless there is one. */
  warm: () => void
  /** Lets running invocations end, then stops. */
  drain: () => Promise<void>
  /** Stops at once. */
  close: () => Promise<void>
}

// A laptop's memory: what a burst has started does not stay
const idleMs = 60_000

/** Environments start when all others are busy, and are used again, the last used first. */
export function createEnvironmentPool(
  startOne: () => ExecutionEnvironment,
  /** Told of a start that failed while no invocation waited for it. */
  onFailedStart: (error: Error) => void,
): EnvironmentPool {
  const environments = new Set<ExecutionEnvironment>()
  const running = new Set<Promise<string>>()
  const waiting: PromiseWithResolvers<ExecutionEnvironment>[] = []
  let idle: ExecutionEnvironment[] = []
  let starting = 0
  let isClosed = false
  const reaper = setTimeout(() => void stop(idle.splice(0, idle.length - 1)), idleMs).unref()

  async function run(event: string): Promise<string> {
    const environment = idle.pop() ?? (await nextFree())
    try {
      return await environment.invoke(event)
    } finally {
      if (environment.isAlive()) release(environment)
    }
  }

  /** A new one, or one that ends its work before that has started. */
  async function nextFree() {
    if (isClosed) throw new Error('the function is stopped')
    const free = Promise.withResolvers<ExecutionEnvironment>()
    waiting.push(free)
    if (starting < waiting.length) start()
    return free.promise
  }

  function start() {
    const environment = startOne()
    environments.add(environment)
    starting++
    environment.ready.then(
      () => {
        starting--
        release(environment)
      },
      (error: Error) => {
        starting--
        const first = waiting.shift()
        if (first) first.reject(error)
        else if (!isClosed) onFailedStart(error)
      },
    )
    void environment.exited.then(() => {
      environments.delete(environment)
      idle = idle.filter((other) => other !== environment)
    })
  }

  function release(environment: ExecutionEnvironment) {
    const first = waiting.shift()
    if (first) return first.resolve(environment)
    idle.push(environment)
    reaper.refresh()
  }

  async function stop(stopped: Iterable<ExecutionEnvironment>) {
    await Promise.all([...stopped].map((environment) => environment.close()))
  }

  async function close() {
    isClosed = true
    clearTimeout(reaper)
    await stop(environments)
  }

  return {
    invoke: (event) => {
      const result = run(event)
      running.add(result)
      const forget = () => void running.delete(result)
      result.then(forget, forget)
      return result
    },
    warm: () => {
      if (environments.size === 0) start()
    },
    drain: async () => {
      await Promise.allSettled(running)
      await close()
    },
    close,
  }
}
