import type { Duration } from 'aws-cdk-lib'
import type { EventFamily } from './event-families.ts'
import type { OwnResources } from './own-resources.ts'

/** What feeds one function, and how it runs. */
export interface FunctionDefinition {
  /** Which events reach its queue. Absent: all that the stage publishes. */
  readonly events?: readonly EventFamily[]
  /** Only objects whose key starts with this, or with one of these; written as people write keys (`my photos/`). */
  readonly prefix?: string | readonly string[]

  readonly memoryMb: number
  readonly timeout: Duration
  /**
   * Messages that one invocation may get: 1 to 10, or up to 10,000 with a `batchWindow`. Default: 10. Fewer for a slow job: what an
   * invocation has no time to start comes again behind fresh ones, and each time counts as a receive.
   */
  readonly batchSize?: number
  /** How long the first message of a batch may wait for others. Default: not at all. */
  readonly batchWindow?: Duration
  /**
   * How often a record that keeps failing is tried before it becomes a dead letter. Default: 9, which ride out an outage of two to
   * four hours; each one more adds half an hour to an hour. Receives count: also those that ended in a kill or without a start.
   */
  readonly maxAttempts?: number
  /** Invocations at the same time, at least 2. Default: 10. */
  readonly maxConcurrency?: number
  /** Records that one invocation works on at the same time. Default: 10. */
  readonly recordsInFlight?: number
  readonly environment?: Readonly<Record<string, string>>
}

/** What a subscriber needs from AWS. Its name is its folder's. */
export interface SubscriberDefinition extends FunctionDefinition {
  /**
   * In what the function of `src/<name>.handler.ts` differs from that of `src/handler.ts`. Each such file, listed here or not,
   * is one more queue and function in the stack: the subscriber `<folder>-<name>`.
   */
  readonly functions?: Readonly<Record<string, Partial<FunctionDefinition>>>

  /** Whether the job reads the uploaded objects themselves. Default: no. */
  readonly readsUploads?: boolean
  /** Adds buckets and tables that belong to this subscriber alone. */
  readonly resources?: (own: OwnResources) => void
}

/**
 * The default export of an app's `infra.ts`.
 * @example
 * export default defineSubscriber({
 *   events: ['created', 'removed', 'expired'],
 *   memoryMb: 512,
 *   timeout: Duration.seconds(30),
 *   readsUploads: true,
 *   resources: (own) => own.addTable('Words', { env: 'WORDS_TABLE', partitionKey: 'objectKey', actions: ['dynamodb:PutItem'] }),
 * })
 */
export function defineSubscriber(definition: SubscriberDefinition): SubscriberDefinition {
  return definition
}
