import type { Logger } from '@aws-lambda-powertools/logger'
import type { Deadline } from './deadline.ts'
import type { WriteDelivery } from './deliveries-table.ts'
import type { DeliveryLog } from './delivery-log.ts'
import type { DeliveryMetrics } from './delivery-metrics.ts'
import type { HandlerEnv } from './env.ts'
import type { MessageQueue } from './message-queue.ts'

/** Everything outside of a handler, for tests; a subscriber passes none of it. */
export interface HandlerParts {
  env: HandlerEnv
  queue: MessageQueue
  /** undefined: this stage keeps no delivery records. */
  writeDelivery: WriteDelivery | undefined
  logger: Logger
  /** Writes a line of metrics into the function's log, past the logger. */
  writeLine: (line: string) => void
  /** Epoch milliseconds. */
  now: () => number
  /** From 0 to 1, for the jitter of retries. */
  random: () => number
}

/** What the messages of one invocation share. */
export interface Invocation extends Pick<HandlerParts, 'env' | 'queue' | 'logger' | 'now' | 'random'> {
  deadline: Deadline
  /** Lambda's, to find the log lines. */
  requestId: string
  deliveries: DeliveryLog
  metrics: DeliveryMetrics
}
