import { PermanentError } from './permanent-error.ts'

/** What a failure means for the delivery. */
export type Failure =
  /** Try again later; after the last attempt, a dead letter. */
  | { type: 'transient'; error: Error }
  /** A dead letter at once. */
  | { type: 'permanent'; error: Error }
  /** The object is no longer what the event was about: nothing to do. */
  | { type: 'skipped'; reason: string }

/**
 * Decides what a thrown value means, once for all subscribers. Whatever is not known to be final is transient: a retry
 * costs little and a lost event costs trust.
 */
export function classifyError(thrown: unknown): Failure {
  const error = toError(thrown)
  if (error instanceof PermanentError) return { type: 'permanent', error }
  const status = httpStatusOf(error)
  if (status !== undefined && isS3Gone(error.name, status)) return { type: 'skipped', reason: 'gone' }
  // S3's own answer to a condition on a read; a refused write of our own is the job's to start over
  if (error.name === 'PreconditionFailed' && status === 412) return { type: 'skipped', reason: 'superseded' }
  if (error.name === 'InvalidObjectState') return { type: 'skipped', reason: 'archived' }
  return { type: 'transient', error }
}

/** `throw undefined`, `throw 'text'` and a rejected AggregateError all become an Error with a name and a message. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof AggregateError && thrown.message === '') {
    const causes = thrown.errors.map((error: unknown) => toError(error).message)
    return Object.assign(new Error(causes.join('; '), { cause: thrown }), { name: thrown.name })
  }
  if (thrown instanceof Error) return thrown
  return new Error(`the job threw ${thrown === undefined ? 'undefined' : JSON.stringify(thrown)}, not an Error`)
}

// A missing key is NoSuchKey on GET and NotFound on HEAD; 405 is a delete marker read by its version
function isS3Gone(name: string, status: number): boolean {
  return (status === 404 && GONE.has(name)) || (status === 405 && name === 'MethodNotAllowed')
}

const GONE: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound'])

function httpStatusOf(error: Error): number | undefined {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null) return undefined
  const { httpStatusCode } = error.$metadata as { httpStatusCode?: unknown }
  return typeof httpStatusCode === 'number' ? httpStatusCode : undefined
}
