import type { DeliveryRecord } from '@fanout/schemas'
import { setTimeout as sleep } from 'node:timers/promises'

/** Tells of deliveries after a run: of objects that other clients upload, of removals. */
export interface LaterDeliveries {
  /** Something happened to this key; what it was is read from the delivery records. */
  look: (key: string) => void
}

// A function logs before its delivery record is written
const SETTLE_MS = 150

/** Reads and reports each delivery once, that was settled after now. Asks nothing while nothing happens. */
export function followDeliveries(
  readDeliveries: (key: string, settledSince: string) => Promise<DeliveryRecord[]>,
  onDelivery: (record: DeliveryRecord) => void,
): LaterDeliveries {
  const since = new Date().toISOString()
  const lastSeen = new Map<string, string>()
  const looking = new Set<string>()
  const lookAgain = new Set<string>()
  const readNew = async (key: string) => {
    await sleep(SETTLE_MS)
    lookAgain.delete(key)
    const last = lastSeen.get(key) ?? since
    for (const record of await readDeliveries(key, last)) {
      if (record.settled === last) continue
      lastSeen.set(key, record.settled)
      onDelivery(record)
    }
  }
  // One reader of a key at a time: two would both report what is new
  const follow = async (key: string) => {
    // A read may fail: the local cloud may be closing
    while (lookAgain.has(key)) await readNew(key).catch(() => {})
    looking.delete(key)
  }
  return {
    look: (key) => {
      lookAgain.add(key)
      if (looking.has(key)) return
      looking.add(key)
      void follow(key)
    },
  }
}
