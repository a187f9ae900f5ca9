import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until so many more may be done, at a steady rate. */
export type Pace = (count: number, signal?: AbortSignal) => Promise<void>

/** @param rate a second */
export function createPace(rate: number): Pace {
  let free = performance.now()
  return async (count, signal) => {
    const now = performance.now()
    const start = Math.max(now, free)
    free = start + (count / rate) * 1000
    // An interrupted wait is no failure: whoever waits looks at the signal
    if (start > now) await sleep(start - now, undefined, signal ? { signal } : {}).catch(() => {})
  }
}
