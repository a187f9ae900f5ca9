import { hash } from 'node:crypto'

/** The same function, which works on the same bytes only once. */
export function rememberBytes<Rest extends unknown[], Result>(
  work: (bytes: Buffer, ...rest: Rest) => Promise<Result>,
): (bytes: Buffer, ...rest: Rest) => Promise<Result> {
  const results = new Map<string, Promise<Result>>()
  return (bytes, ...rest) => {
    const id = `${hash('sha1', bytes)} ${JSON.stringify(rest)}`
    const result = results.get(id) ?? work(bytes, ...rest)
    results.set(id, result)
    return result
  }
}

/** The same function, which works for the same argument only once. */
export function rememberCall<Result>(
  work: (argument: number) => Promise<Result>,
): (argument: number) => Promise<Result> {
  const results = new Map<number, Promise<Result>>()
  return (argument) => {
    const result = results.get(argument) ?? work(argument)
    results.set(argument, result)
    return result
  }
}
