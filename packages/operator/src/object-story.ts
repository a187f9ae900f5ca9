import type { DeliveryRecord } from '@fanout/schemas'
import type { DeadLetter } from './dlq/dead-letter.ts'
import { peekDeadLetters } from './dlq/peek-dead-letters.ts'
import { readDeliveries } from './read-deliveries.ts'
import type { Stage } from './stage.ts'

/** What happened to the objects of one key. */
export interface ObjectStory {
  key: string
  /** In order of time. */
  deliveries: DeliveryRecord[]
  /** Those that still lie in a dead-letter queue. */
  deadLetters: DeadLetter[]
}

/**
 * Reads what each subscriber made of a key.
 * @throws {Error} for a key of which nothing is recorded
 */
export async function readObjectStory(stage: Stage, key: string): Promise<ObjectStory> {
  const [deliveries, letters] = await Promise.all([readDeliveries(stage, key), peekDeadLetters(stage)])
  const deadLetters = letters.filter(({ events }) => events.some((event) => event.key === key))
  if (deliveries.length + deadLetters.length === 0) throw new Error(`no deliveries recorded for ${key}`)
  return { key, deliveries, deadLetters }
}

/** The story as JSON: null where there is nothing to say. */
export const storyDocument = ({ key, deliveries, deadLetters }: ObjectStory) => ({
  key,
  deliveries: deliveries.map((record) => ({
    settledAt: record.settledAt,
    subscriber: record.subscriber,
    outcome: record.outcome,
    reason: record.reason ?? null,
    detail: record.detail ?? null,
    attempts: record.attempts,
    lagMs: record.lagMs,
    durationMs: record.durationMs,
    eventName: record.eventName,
    eventTime: record.eventTime,
    eventId: record.eventId,
    replay: record.replay ?? false,
  })),
  deadLetters: deadLetters.map(({ subscriber, messageId, reason, attempts, sentAt }) => ({
    subscriber,
    messageId,
    reason,
    attempts,
    sentAt,
  })),
})
