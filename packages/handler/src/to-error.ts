import { inspect } from 'node:util'

/** Whatever was thrown (undefined, a string, an AggregateError) as an Error with a name and a message. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof AggregateError && thrown.message === '') {
    const causes = thrown.errors.map((error) => toError(error).message)
    return Object.assign(new Error(causes.join('; '), { cause: thrown }), { name: thrown.name })
  }
  if (thrown instanceof Error) return namedByStatus(thrown)
  const what = typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 1, breakLength: Infinity })
  return new Error(`${what} was thrown, which is not an Error`, { cause: thrown })
}

/** The answer to a HEAD has no body, and the SDK calls whatever it refuses `UnknownError`: that would be a dead letter's reason. */
function namedByStatus(error: Error & { $metadata?: { httpStatusCode?: number } }): Error {
  const { $metadata } = error
  const status = $metadata?.httpStatusCode
  if (error.message !== 'UnknownError' || status === undefined) return error
  const name = status === 403 ? 'AccessDenied' : `Http${status}`
  return Object.assign(new Error(`HTTP ${status} without a word: a HEAD that was refused`, { cause: error }), {
    name,
    $metadata,
  })
}
