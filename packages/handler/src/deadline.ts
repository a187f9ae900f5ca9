import type { Context } from 'aws-lambda'

/** What must be left for changing visibilities, dead letters and delivery records. */
export const RESERVE_MS = 5_000

/** The end of an invocation, as its records see it. */
export interface Deadline {
  /** Aborts when only the reserve is left. */
  signal: AbortSignal
  remainingMs: () => number
  isNear(): boolean
  clear(): void
}

export function createDeadline(context: Pick<Context, 'getRemainingTimeInMillis'>): Deadline {
  const controller = new AbortController()
  const remainingMs = () => context.getRemainingTimeInMillis()
  const reserve = Math.min(RESERVE_MS, remainingMs() / 4)
  const timer = setTimeout(() => controller.abort(new DeadlineError()), Math.max(0, remainingMs() - reserve))
  return {
    signal: controller.signal,
    remainingMs,
    isNear: () => controller.signal.aborted || remainingMs() <= reserve,
    clear: () => clearTimeout(timer),
  }
}

/** The job was still running when the function's time was nearly over. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
  override readonly message = 'the job did not finish before the deadline of its function'
}

/** The job's result, or a DeadlineError when the signal comes first. */
export function beforeDeadline<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(new DeadlineError())
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DeadlineError())
    signal.addEventListener('abort', abort, { once: true })
    running.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
