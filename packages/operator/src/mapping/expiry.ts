import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import type { SubscriberRegistration } from '@fanout/schemas'
import { readQueueDepths } from '../stage/queue-depths.ts'
import type { Stage } from '../stage/stage.ts'

/** How long the messages of a subscriber that is paused can wait. */
export interface Expiry {
  waiting: number
  inFlight: number
  /** After so many seconds SQS drops a message, and it does not become a dead letter. */
  retentionSeconds: number
  /** Undefined where nobody tells it (the local cloud), or where none waits. */
  oldestWaitingSeconds: number | undefined
  /** When the first message is dropped, as ISO 8601: the oldest one where its age is known, or else one that arrives now. */
  firstDropAt: string
}

export async function readExpiry(
  stage: Pick<Stage, 'clients' | 'isLocal' | 'settingsFor'>,
  subscriber: SubscriberRegistration,
  now = Date.now(),
): Promise<Expiry> {
  const [[depth], { Attributes = {} }, oldest] = await Promise.all([
    readQueueDepths({ clients: stage.clients, subscribers: [subscriber] }),
    stage.clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: subscriber.queueUrl, AttributeNames: ['MessageRetentionPeriod'] }),
    ),
    readOldest(stage, subscriber),
  ])
  const { waiting = 0, inFlight = 0 } = depth ?? {}
  const retentionSeconds = Number(Attributes.MessageRetentionPeriod ?? 0)
  const oldestWaitingSeconds = waiting + inFlight > 0 ? oldest : undefined
  const leftMs = (retentionSeconds - (oldestWaitingSeconds ?? 0)) * 1000
  return {
    waiting,
    inFlight,
    retentionSeconds,
    oldestWaitingSeconds,
    firstDropAt: new Date(now + leftMs).toISOString(),
  }
}

async function readOldest(
  stage: Pick<Stage, 'isLocal' | 'settingsFor'>,
  subscriber: SubscriberRegistration,
): Promise<number | undefined> {
  if (stage.isLocal) return undefined
  const { readOldestWaiting } = await import('../overview/oldest-waiting.ts')
  return (await readOldestWaiting(stage, [subscriber])).get(subscriber.name)
}
