import { inspect } from 'node:util'

/** Whatever was thrown (undefined, a string, an AggregateError) as an Error with a name and a message. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof AggregateError && thrown.message === '') {
    const causes = thrown.errors.map((error) => toError(error).message)
    return Object.assign(new Error(causes.join('; '), { cause: thrown }), { name: thrown.name })
  }
  if (thrown instanceof Error) return thrown
  const what = typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 1, breakLength: Infinity })
  return new Error(`${what} was thrown, which is not an Error`, { cause: thrown })
}
