import type { ObjectEvent } from '@fanout/schemas'
import type { Logger } from '@aws-lambda-powertools/logger'

/**
 * What became of one event at one subscriber. Throwing means "try again later"; throwing a PermanentError means "give up
 * now, and tell an operator".
 */
export type Outcome =
  /** The job is finished; `detail` is a short text for people, e.g. `1024 512 128`. */
  | { type: 'done'; detail?: string }
  /** Not for us: nothing to do, now or later. */
  | { type: 'skipped'; reason: string }
  /** The object can never be processed: recorded, acknowledged, not retried. */
  | { type: 'rejected'; reason: string }

export const done = (detail?: string): Outcome => (detail === undefined ? { type: 'done' } : { type: 'done', detail })
export const skipped = (reason: string): Outcome => ({ type: 'skipped', reason })
export const rejected = (reason: string): Outcome => ({ type: 'rejected', reason })

/** What a job may know of its delivery. */
export interface JobContext {
  /** Aborts shortly before the function's deadline. */
  signal: AbortSignal
  /** Receives of the message, this one included: 1 on the first try. */
  attempt: number
  /** Milliseconds until the function is killed. */
  remainingMs: () => number
  logger: Logger
}

/**
 * A subscriber's job. It must be safe to run twice, in any order and beside itself, because S3, SNS and SQS deliver at
 * least once and unordered.
 */
export type Job = (event: ObjectEvent, context: JobContext) => Promise<Outcome>
