import { PermanentError } from './permanent-error.ts'
import { toError } from './to-error.ts'

/** What a failure means for the delivery. */
export type Failure =
  /** Try again later; after the last attempt, a dead letter. */
  | { type: 'transient'; error: Error }
  /** A dead letter at once. */
  | { type: 'permanent'; error: Error }
  /** The object is no longer what the event was about: nothing to do. */
  | { type: 'skipped'; reason: 'gone' | 'superseded' | 'archived' }

/**
 * Decides what a thrown value means, once for all subscribers. Whatever is not known to be final is transient: a retry
 * costs little, and a lost event costs trust. A job that is refused a conditional write of its own starts over itself;
 * outside of it nobody can tell such a refusal from that of a conditional read.
 */
export function classifyError(thrown: unknown): Failure {
  const error = toError(thrown)
  if (error instanceof PermanentError) return { type: 'permanent', error }
  switch (error.name) {
    case 'NoSuchKey':
    case 'NoSuchVersion':
    // HEAD has no body to name the error in, and the SDK calls its 404 so
    case 'NotFound':
      return { type: 'skipped', reason: 'gone' }
    case 'InvalidObjectState':
      return { type: 'skipped', reason: 'archived' }
    // DynamoDB: an equal or newer event was applied already
    case 'ConditionalCheckFailedException':
      return { type: 'skipped', reason: 'superseded' }
  }
  const status = httpStatusOf(error)
  // A delete marker, read by its version
  if (status === 405) return { type: 'skipped', reason: 'gone' }
  // The object was replaced while it was read
  if (status === 412) return { type: 'skipped', reason: 'superseded' }
  // AccessDenied too: without s3:ListBucket it may mean gone, but more often a broken policy, which must not be silent
  return { type: 'transient', error }
}

function httpStatusOf(error: Error & { $metadata?: { httpStatusCode?: number } }): number | undefined {
  return error.$metadata?.httpStatusCode
}
