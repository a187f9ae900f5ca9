/** Lets the calls of a job's dependencies fail. */
export interface Faults {
  /** Asked at each call; the error that it answers is what the call ends in. */
  onCall: (call: DependencyCall) => Error | undefined
  /** The calls until now. */
  calls: DependencyCall[]
  around<Deps extends object>(deps: Deps): Deps
}

interface DependencyCall {
  /** From 1. */
  number: number
  /** Of the function, e.g. `store.putRow`. */
  name: string
}

export function createFaults(): Faults {
  const faults: Faults = { onCall: () => undefined, calls: [], around: (deps) => around(deps, '') }

  function around<T extends object>(target: T, path: string): T {
    return new Proxy(target, {
      get(_, property) {
        const value: unknown = Reflect.get(target, property)
        const name = `${path}${String(property)}`
        if (typeof value === 'function') return failing(value.bind(target), isAsync(value), name)
        return path === '' && isPlain(value) ? around(value, `${name}.`) : value
      },
    })
  }

  function failing(call: (...args: unknown[]) => unknown, fails: 'before' | 'after', name: string) {
    const next = () => {
      const made = { number: faults.calls.length + 1, name }
      faults.calls.push(made)
      return faults.onCall(made)
    }
    return (...args: unknown[]) => {
      const early = fails === 'before' ? next() : undefined
      if (early) return Promise.reject(early)
      const result = call(...args)
      // A synchronous function does no I/O that could fail
      if (fails === 'before' || !(result instanceof Promise)) return result
      const error = next()
      return error ? result.then(() => Promise.reject(error)) : result
    }
  }

  return faults
}

// Of a function that is not marked async only its result tells: then it is the answer that gets lost
const isAsync = (value: object) => (value.constructor.name === 'AsyncFunction' ? 'before' : 'after')

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !(value instanceof Promise)

/** Errors as the AWS SDK throws them. */
export const slowDown = () => awsError('SlowDown', 503)
export const accessDenied = () => awsError('AccessDenied', 403)

function awsError(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(`${name}, says the contract test`), { name, $metadata: { httpStatusCode } })
}
