import { Logger } from '@aws-lambda-powertools/logger'
import type { DeliveryRecord } from '@fanout/schemas'
import { createHandler, type SqsHandler } from '../create-handler.ts'
import type { DeathCause } from '../dead-letter.ts'
import type { HandlerParts } from '../invocation.ts'
import type { Job } from '../outcome.ts'

/** A handler whose queue and table are lists that a test can read. */
export interface TestHandler {
  handler: SqsHandler
  deliveries: DeliveryRecord[]
  deadLetters: (DeathCause & { messageId: string; body: string })[]
  /** Ids of messages whose retry was delayed by a backoff. */
  delayed: string[]
  /** Ids of messages that were given back unstarted. */
  givenBack: string[]
}

/** The bucket of `buildObjectEvent` and `buildNotification` is this stage's. */
export function createTestHandler(job: Job, overrides: Partial<HandlerParts> = {}): TestHandler {
  const deliveries: DeliveryRecord[] = []
  const deadLetters: TestHandler['deadLetters'] = []
  const delayed: string[] = []
  const givenBack: string[] = []
  const handler = createHandler(job, {
    env: {
      SUBSCRIBER: 'test-subscriber',
      UPLOADS_BUCKET: 'uploads',
      QUEUE_URL: 'http://127.0.0.1/queue',
      DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1/dead-letters',
      MAX_ATTEMPTS: 9,
      RECORDS_IN_FLIGHT: 10,
    },
    queue: {
      retryLater: async ({ messageId }) => void delayed.push(messageId),
      giveBack: async ({ messageId }) => void givenBack.push(messageId),
      sendDeadLetter: async ({ messageId, body }, cause) => void deadLetters.push({ ...cause, messageId, body }),
    },
    recordDelivery: async (record) => void deliveries.push(record),
    logger: new Logger({ logLevel: 'SILENT' }),
    ...overrides,
  })
  return { handler, deliveries, deadLetters, delayed, givenBack }
}
