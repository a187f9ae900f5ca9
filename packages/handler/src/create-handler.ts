import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { Logger } from '@aws-lambda-powertools/logger'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { createDeadline } from './deadline.ts'
import { createDeliveryRecords } from './delivery-records.ts'
import { parseEnv } from './env.ts'
import type { HandlerParts } from './invocation.ts'
import { createLimit } from './limit.ts'
import type { Job } from './outcome.ts'
import { createQueueActions } from './queue-actions.ts'
import { settleMessage } from './settle-message.ts'

export type SqsHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>

/**
 * The Lambda handler of a subscriber: reads each message of the batch, runs the job for each event in it, and reports back
 * exactly the messages that must come again. One record never fails its neighbours.
 *
 * @throws at load, naming the variable, when the function's environment is incomplete
 * @example export const handler = createHandler((event) => createThumbnails(event, deps))
 */
export function createHandler(job: Job, overrides: Partial<HandlerParts> = {}): SqsHandler {
  const env = overrides.env ?? parseEnv(process.env)
  const parts: HandlerParts = {
    env,
    queue: createQueueActions(env),
    recordDelivery: env.DELIVERIES_TABLE === undefined ? undefined : createDeliveryRecords(env.DELIVERIES_TABLE),
    logger: new Logger({ serviceName: env.SUBSCRIBER }),
    now: Date.now,
    ...overrides,
  }

  return async (event, context) => {
    parts.logger.addContext(context)
    const deadline = createDeadline(context)
    const limit = createLimit(env.RECORDS_IN_FLIGHT)
    const bookkeeping: Promise<void>[] = []
    const handleRecord = (record: SQSRecord) =>
      limit(async () => {
        const isSettled = await settleMessage(record, job, {
          ...parts,
          deadline,
          requestId: context.awsRequestId,
          bookkeeping,
        })
        // Powertools rejects the whole batch when a record throws undefined: an Error, always
        if (!isSettled) throw new Error(`message ${record.messageId} comes again`)
      })
    try {
      // A processor per invocation: its options would stick to the next one's
      const processor = new BatchProcessor(EventType.SQS)
      const response = await processPartialResponse(freshFirst(event), handleRecord, processor, {
        context,
        // Else the response is empty after a batch in which all failed, which acknowledges every message
        throwOnFullBatchFailure: false,
      })
      await Promise.all(bookkeeping)
      return response
    } finally {
      deadline.clear()
    }
  }
}

/** Often-received messages last: one that kills its function must not keep taking fresh ones with it. */
function freshFirst(event: SQSEvent): SQSEvent {
  const receives = ({ attributes }: SQSRecord) => Number(attributes.ApproximateReceiveCount)
  return { Records: event.Records.toSorted((a, b) => receives(a) - receives(b)) }
}
