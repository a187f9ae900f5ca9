import { hash } from 'node:crypto'

/** The same function, which works on the same bytes only once. */
export function remember<Rest extends unknown[], Result>(
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
