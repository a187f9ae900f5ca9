import type { DeliveryRecord } from '@fanout/schemas'
import { setTimeout as sleep } from 'node:timers/promises'

/** Tells of deliveries after a run: of objects that other clients upload, of removals. */
export interface LaterDeliveries {
  /** A function has logged the end of a delivery of this key; what it was is read from its delivery record. */
  look: (key: string) => void
}

// A function logs before its delivery record is written: a moment before as a rule, at most a batch
const SHORTEST_PAUSE_MS = 150
const LONGEST_PAUSE_MS = 2000
const MOST_LOOKS = 8
// Records come in another order than the deliveries were settled in, which is the order in which they are read
const LATEST_MS = 60_000

interface FollowedKey {
  /** Ends that were logged, and whose records were not seen. */
  owed: number
  /** What may still be read again, by its sort key. */
  seen: Set<string>
  /** ISO 8601: what was settled before cannot come any more. */
  from: string
}

/**
 * Reads and reports each delivery once, that was settled after now. Asks nothing while nothing happens.
 * @param pause waits so many milliseconds
 */
export function followDeliveries(
  readDeliveries: (key: string, settledSince: string) => Promise<DeliveryRecord[]>,
  onDelivery: (record: DeliveryRecord) => void,
  pause: (ms: number) => Promise<unknown> = sleep,
): LaterDeliveries {
  const start = new Date().toISOString()
  const followed = new Map<string, FollowedKey>()

  async function readNew(key: string, state: FollowedKey) {
    for (const record of await readDeliveries(key, state.from)) {
      if (state.seen.has(record.settled)) continue
      state.seen.add(record.settled)
      state.owed -= 1
      onDelivery(record)
    }
    const newest = [...state.seen].toSorted().at(-1)?.split('#')[0]
    if (newest === undefined) return
    const from = new Date(Date.parse(newest) - LATEST_MS).toISOString()
    if (from <= state.from) return
    state.from = from
    for (const settled of state.seen) if (settled < from) state.seen.delete(settled)
  }

  /** One reader of a key at a time. */
  async function follow(key: string, state: FollowedKey) {
    let ms = SHORTEST_PAUSE_MS
    for (let looks = 0; looks < MOST_LOOKS && state.owed > 0; looks += 1) {
      await pause(ms)
      ms = Math.min(ms * 1.5, LONGEST_PAUSE_MS)
      // A read may fail: the local cloud may be closing
      await readNew(key, state).catch(() => {})
    }
    state.owed = 0
  }

  return {
    look: (key) => {
      const state = followed.get(key) ?? { owed: 0, seen: new Set(), from: start }
      followed.set(key, state)
      const isFollowed = state.owed > 0
      state.owed += 1
      if (!isFollowed) void follow(key, state)
    },
  }
}
