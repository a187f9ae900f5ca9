import type { Logger } from '@aws-lambda-powertools/logger'
import type { Deadline } from './deadline.ts'
import type { RecordDelivery } from './delivery-records.ts'
import type { HandlerEnv } from './env.ts'
import type { QueueActions } from './queue-actions.ts'

/** Everything outside of a handler, for tests; a subscriber passes none of it. */
export interface HandlerParts {
  env: HandlerEnv
  queue: QueueActions
  /** undefined: this stage keeps no delivery records. */
  recordDelivery: RecordDelivery | undefined
  logger: Logger
  /** Epoch milliseconds. */
  now: () => number
}

/** What the messages of one invocation share. */
export interface Invocation extends HandlerParts {
  deadline: Deadline
  requestId: string
  /** Delivery records on their way; awaited before the invocation ends. */
  bookkeeping: Promise<void>[]
}
