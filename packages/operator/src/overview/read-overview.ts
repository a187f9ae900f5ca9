import { peekDeadLetters } from '../dlq/peek-dead-letters.ts'
import { readLastActivity } from '../logs/read-log.ts'
import { readMappingState, type MappingState } from '../mapping/mapping.ts'
import { readQueueDepths, type QueueDepth } from '../stage/queue-depths.ts'
import type { Stage } from '../stage/stage.ts'

/** How one subscriber is. */
export interface SubscriberOverview extends QueueDepth {
  state: MappingState
  /** Seconds that the oldest message waits; undefined where nobody tells it (the local cloud), or where none does. */
  oldestWaitingSeconds: number | undefined
  /** When the oldest dead letter was given up, as ISO 8601. */
  oldestDeadLetter: string | undefined
  /** When its function logged last, as ISO 8601. */
  lastActivity: string | undefined
}

/** How every subscriber of a stage is, the worst first. */
export async function readOverview(stage: Stage, root: string): Promise<SubscriberOverview[]> {
  const [depths, oldest, letters] = await Promise.all([
    readQueueDepths(stage),
    stage.isLocal ? new Map<string, number>() : readOldest(stage),
    peekDeadLetters(stage, MOST_PEEKED),
  ])
  const overviews = stage.subscribers.map(async (subscriber, index): Promise<SubscriberOverview> => {
    const depth = depths[index]
    if (!depth) throw new Error(`nobody has counted the messages of ${subscriber.name}`)
    const [state, lastActivity] = await Promise.all([
      readMappingState(stage, subscriber),
      readLastActivity(stage, subscriber, root),
    ])
    const times = letters
      .filter((letter) => letter.subscriber === subscriber.name)
      .map(({ lastFailedAt, sentAt }) => lastFailedAt ?? sentAt)
      .toSorted()
    const oldestWaitingSeconds = depth.waiting + depth.inFlight > 0 ? oldest.get(subscriber.name) : undefined
    return { ...depth, state, oldestWaitingSeconds, oldestDeadLetter: times[0], lastActivity }
  })
  return (await Promise.all(overviews)).toSorted((a, b) => b.deadLetters - a.deadLetters || b.waiting - a.waiting)
}

// Enough to say how long something has been wrong
const MOST_PEEKED = 1000

async function readOldest(stage: Stage): Promise<Map<string, number>> {
  const { readOldestWaiting } = await import('./oldest-waiting.ts')
  return await readOldestWaiting(stage, stage.subscribers)
}
