import type { UnreadableRecord } from '@fanout/event-parsing'
import type { ObjectEvent } from '@fanout/schemas'
import { classifyError } from './classify-error.ts'
import { beforeDeadline } from './deadline.ts'
import type { Invocation } from './invocation.ts'
import { skipped, type Job, type Outcome } from './outcome.ts'
import { PermanentError } from './permanent-error.ts'

/** What became of one record of a message. */
export interface Verdict {
  event: ObjectEvent | UnreadableRecord
  outcome: Outcome | { type: 'failed'; isTransient: boolean; error: Error }
  durationMs: number
}

export interface Failed extends Verdict {
  outcome: Extract<Verdict['outcome'], { type: 'failed' }>
}

/** Runs the job for one record. Never throws: whatever the job throws is classified here, once for all subscribers. */
export async function runJob(
  event: ObjectEvent | UnreadableRecord,
  job: Job,
  attempt: number,
  { deadline: { signal, remainingMs }, logger, now, env }: Invocation,
): Promise<Verdict> {
  const startedAt = now()
  const verdict = (outcome: Verdict['outcome']): Verdict => ({ event, outcome, durationMs: now() - startedAt })
  try {
    const readable = assertOurs(event, env.UPLOADS_BUCKET)
    const running = job(readable, { signal, attempt, remainingMs, logger })
    return verdict(assertOutcome(await beforeDeadline(running, signal)))
  } catch (thrown) {
    const failure = classifyError(thrown)
    if (failure.type === 'skipped') return verdict(skipped(failure.reason))
    return verdict({ type: 'failed', isTransient: failure.type === 'transient', error: failure.error })
  }
}

function assertOurs(event: ObjectEvent | UnreadableRecord, bucket: string): ObjectEvent {
  if ('error' in event) throw new PermanentError(event.error)
  if (event.bucket === bucket) return event
  // Whoever may send to the queue could otherwise make the function act on another bucket
  throw new PermanentError(`event is about bucket ${event.bucket}, not about this stage's ${bucket}`)
}

/** A job in plain JavaScript, or one that forgot to return, must not pass for done. */
function assertOutcome(outcome: Outcome | undefined): Outcome {
  if (outcome?.type === 'done' || outcome?.type === 'skipped' || outcome?.type === 'rejected') return outcome
  throw new TypeError('the job returned no outcome: return done(), skipped(reason) or rejected(reason)')
}
