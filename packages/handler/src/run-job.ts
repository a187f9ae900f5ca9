import type { UnreadableRecord } from '@fanout/event-parsing'
import type { ObjectEvent } from '@fanout/schemas'
import { classifyError } from './classify-error.ts'
import { beforeDeadline } from './deadline.ts'
import { skipped, type Job, type Outcome } from './outcome.ts'
import { PermanentError } from './permanent-error.ts'
import type { Invocation } from './invocation.ts'

/** What became of one record of a message. */
export interface Verdict {
  event: ObjectEvent | UnreadableRecord
  outcome: Outcome | { type: 'failed'; isTransient: boolean; error: Error }
  durationMs: number
}

export interface Failed extends Verdict {
  outcome: Extract<Verdict['outcome'], { type: 'failed' }>
}

/** Runs the job for one event. Never throws: whatever the job throws is classified here, once for all subscribers. */
export async function runJob(event: ObjectEvent, job: Job, attempt: number, invocation: Invocation): Promise<Verdict> {
  const { deadline, logger, now, env } = invocation
  const startedAt = now()
  let outcome: Verdict['outcome']
  try {
    if (event.bucket !== env.UPLOADS_BUCKET) throw new PermanentError(foreignBucket(event.bucket, env.UPLOADS_BUCKET))
    const { signal, remainingMs } = deadline
    outcome = await beforeDeadline(job(event, { signal, attempt, remainingMs, logger }), signal)
  } catch (thrown) {
    const failure = classifyError(thrown)
    if (failure.type === 'skipped') outcome = skipped(failure.reason)
    else outcome = { type: 'failed', isTransient: failure.type === 'transient', error: failure.error }
  }
  return { event, outcome, durationMs: now() - startedAt }
}

/** A record that nobody can read fails for good, beside its readable neighbours. */
export function unreadable(record: UnreadableRecord): Failed {
  const error = new PermanentError(record.error)
  return { event: record, outcome: { type: 'failed', isTransient: false, error }, durationMs: 0 }
}

// Whoever may send to the queue could otherwise make the function read any bucket that it can reach
function foreignBucket(bucket: string, expected: string): string {
  return `event is about bucket ${bucket}, not about this stage's ${expected}`
}
