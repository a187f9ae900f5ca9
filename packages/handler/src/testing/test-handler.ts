import { Logger } from '@aws-lambda-powertools/logger'
import type { DeliveryRecord } from '@fanout/schemas'
import { createHandler, type SqsHandler } from '../create-handler.ts'
import { parseEnv } from '../env.ts'
import type { HandlerParts } from '../invocation.ts'
import type { Job } from '../outcome.ts'
import { createMemoryQueue, type MemoryQueue } from './memory-queue.ts'
import { testEnvironment } from './test-environment.ts'

/** A handler whose queues and deliveries table are in memory, to be read by a test. */
export interface TestHandler {
  handler: SqsHandler
  queue: MemoryQueue
  deliveries: DeliveryRecord[]
  /** The lines of metrics, as CloudWatch reads them. */
  metrics: string[]
}

/** The bucket of `buildObjectEvent` and `buildNotification` is this stage's; nothing is logged. */
export function createTestHandler(job: Job, overrides: Partial<HandlerParts> = {}): TestHandler {
  const { queue, deliveries, metrics, parts } = createTestParts()
  return { handler: createHandler(job, { ...parts, ...overrides }), queue, deliveries, metrics }
}

/** Everything outside of a handler in memory, with a jitter that always takes the whole backoff. */
export function createTestParts() {
  const queue = createMemoryQueue()
  const deliveries: DeliveryRecord[] = []
  const metrics: string[] = []
  const parts = {
    env: parseEnv(testEnvironment()),
    queue,
    writeDelivery: async (record: DeliveryRecord) => void deliveries.push(record),
    logger: new Logger({ logLevel: 'SILENT' }),
    writeLine: (line: string) => void metrics.push(line),
    random: () => 1,
  } satisfies Partial<HandlerParts>
  return { queue, deliveries, metrics, parts }
}
