import type { Context } from 'aws-lambda'

/** Kept free at the end for visibilities, dead letters and delivery records; less where the whole time-out is short. */
const RESERVE_MS = 5_000

/** The end of an invocation, as its records see it. */
export interface Deadline {
  /** Aborts when only the reserve is left: jobs must end. */
  signal: AbortSignal
  /** Aborts just before the function is killed: what is still open then is left to the message's next receive. */
  closing: AbortSignal
  remainingMs: () => number
  /** Whether there is time for one more record. */
  hasTime(): boolean
  clear(): void
}

export function createDeadline(context: Pick<Context, 'getRemainingTimeInMillis'>): Deadline {
  const remainingMs = () => context.getRemainingTimeInMillis()
  const reserve = Math.min(RESERVE_MS, remainingMs() / 4)
  const jobs = abortAfter(remainingMs() - reserve)
  const closing = abortAfter(remainingMs() - reserve / 5)
  return {
    signal: jobs.signal,
    closing: closing.signal,
    remainingMs,
    // As much again to work in: a record that is started and cut off has used up an attempt
    hasTime: () => !jobs.signal.aborted && remainingMs() > 2 * reserve,
    clear() {
      jobs.clear()
      closing.clear()
    },
  }
}

/** The job was still running when the function's time was nearly over. */
class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
  override readonly message = 'not finished before the deadline of the function'
}

/** What the promise settles to, or a DeadlineError when the signal comes first. */
export function beforeDeadline<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DeadlineError())
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    running.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function abortAfter(ms: number) {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new DeadlineError()), Math.max(0, ms))
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}
