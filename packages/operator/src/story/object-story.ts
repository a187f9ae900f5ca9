import type { ListedObject, Output } from '@fanout/handler/commands'
import type { AuditEntry, DeliveryRecord } from '@fanout/schemas'
import type { DeadLetter } from '../dlq/dead-letter.ts'
import { peekDeadLetters } from '../dlq/peek-dead-letters.ts'
import { readDeliveries } from '../stage/read-deliveries.ts'
import type { Keeper } from '../reconcile/keeper.ts'
import { readObject, readOutputs } from '../reconcile/read-outputs.ts'
import type { Stage } from '../stage/stage.ts'
import { readAuditTrail } from './audit-trail.ts'

/** What happened to the objects of one key, and what there is of it now. */
export interface ObjectStory {
  key: string
  /** What S3 said, in order of time; empty in a stage without the audit logger. */
  events: AuditEntry[]
  /** In order of time; empty in a stage that keeps none. */
  deliveries: DeliveryRecord[]
  /** Those that still lie in a dead-letter queue. */
  deadLetters: DeadLetter[]
  /** Undefined when it is gone. */
  object: ListedObject | undefined
  outputs: SubscriberOutputs[]
}

/** What one subscriber keeps of the object. */
export interface SubscriberOutputs {
  subscriber: string
  /** `none`: nothing is kept, and nothing has to be. */
  state: 'current' | 'missing' | 'outdated' | 'orphaned' | 'archived' | 'none'
  /** Keys of its bucket or table. */
  keys: string[]
  /** What it is, or why nothing is kept. */
  text: string
}

type StoryStage = Pick<Stage, 'name' | 'subscribers' | 'deliveriesTable' | 'uploadsBucket'> & {
  clients: Pick<Stage['clients'], 's3' | 'sqs' | 'dynamoDb'>
}

/**
 * Reads all that is known of a key.
 * @throws {Error} for a key of which nothing is known
 */
export async function readObjectStory(
  stage: StoryStage,
  keepers: readonly Keeper[],
  key: string,
): Promise<ObjectStory> {
  const [events, deliveries, letters, object] = await Promise.all([
    readAuditTrail(stage, key),
    stage.deliveriesTable === undefined ? [] : readDeliveries(stage, key),
    peekDeadLetters(stage),
    readObject(stage.clients, stage.uploadsBucket, key),
  ])
  const deadLetters = letters.filter(({ keys }) => keys.includes(key))
  const outputs = await Promise.all(
    keepers.map(async (keeper) =>
      describeOutputs(keeper, object, await readOutputs(stage.clients, keeper, key), deliveries),
    ),
  )
  const hasOutputs = outputs.some(({ keys }) => keys.length > 0)
  if (events.length + deliveries.length + deadLetters.length === 0 && !object && !hasOutputs) {
    throw new Error(`nothing is known of ${key}: is it the whole key, and this the right stage (${stage.name})?`)
  }
  return { key, events, deliveries, deadLetters, object, outputs }
}

function describeOutputs(
  { subscriber, outputs, environment }: Keeper,
  object: ListedObject | undefined,
  stored: Output[],
  deliveries: readonly DeliveryRecord[],
): SubscriberOutputs {
  const last = deliveries.findLast((delivery) => delivery.subscriber === subscriber.name)
  const isExplained = stored.length === 0 && (last?.outcome === 'skipped' || last?.outcome === 'rejected')
  const isForeign = stored.length === 0 && object !== undefined && outputs.isFor?.(object.key) === false
  const compared = object || stored.length > 0 ? outputs.compare(object, stored, environment) : 'current'
  const isNone = isExplained || isForeign || (!object && compared === 'current')
  const why = isExplained ? `${last.outcome}: ${last.reason}` : isForeign ? 'not for it' : outputs.describe(stored)
  return {
    subscriber: subscriber.name,
    state: isNone ? 'none' : compared === 'look' ? 'current' : compared,
    keys: stored.map(({ key }) => key),
    text: why,
  }
}
