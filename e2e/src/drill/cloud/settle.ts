import { setTimeout as sleep } from 'node:timers/promises'
import { readQueueDepths, type Stage } from '@fanout/operator'

/** Waits until nothing is left in any queue. */
export async function settle(stage: Stage): Promise<void> {
  for (let quiet = 0; quiet < 3;) {
    await sleep(500)
    const depths = await readQueueDepths(stage)
    const left = depths.reduce((sum, { waiting, inFlight, delayed }) => sum + waiting + inFlight + delayed, 0)
    quiet = left === 0 ? quiet + 1 : 0
  }
}
