import type { SQSClient } from '@aws-sdk/client-sqs'
import { runLanes } from '../flow/lanes.ts'
import type { SubscriberRegistration } from '@fanout/schemas'
import type { StageQueues } from '../stage/stage.ts'
import type { DeadLetter } from './dead-letter.ts'
import { openDeadLetterQueue } from './open-dead-letter-queue.ts'

/** Of one look; a queue can hold millions. */
const MOST = 10_000
// Long enough to see each message once on the way through the queue
const HIDDEN_SECONDS = 60
const LANES = 4

/** Looks at the dead letters of these subscribers, leaves them where they are and lets others see them again at once. */
export async function peekDeadLetters({ clients, subscribers }: StageQueues, most = MOST): Promise<DeadLetter[]> {
  const found = await Promise.all(subscribers.map((subscriber) => peekQueue(clients.sqs, subscriber, most)))
  return found.flat()
}

async function peekQueue(sqs: SQSClient, subscriber: SubscriberRegistration, most: number): Promise<DeadLetter[]> {
  const queue = await openDeadLetterQueue(sqs, subscriber, HIDDEN_SECONDS)
  const letters: DeadLetter[] = []
  const look = async (hasFailed: () => boolean) => {
    while (letters.length < most && !hasFailed()) {
      const taken = await queue.take(most - letters.length)
      if (taken.length === 0) return
      letters.push(...taken)
    }
  }
  try {
    // One who finds nothing need not bring others along
    if (queue.count > 0) await runLanes(queue.count > 100 ? LANES : 1, look)
  } finally {
    await queue.close()
  }
  return letters.toSorted((a, b) => (a.sentAt < b.sentAt ? -1 : 1)).slice(0, most)
}
