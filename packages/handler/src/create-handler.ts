import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { Logger } from '@aws-lambda-powertools/logger'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { createDeadline } from './deadline.ts'
import { createDeliveriesTable } from './deliveries-table.ts'
import { createDeliveryLog } from './delivery-log.ts'
import { createDeliveryMetrics } from './delivery-metrics.ts'
import { parseEnv } from './env.ts'
import type { HandlerParts, Invocation } from './invocation.ts'
import { createLimit } from './limit.ts'
import { LeanLogFormatter } from './log-formatter.ts'
import { createMessageQueue } from './message-queue.ts'
import type { Job } from './outcome.ts'
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
  const parts = { ...createParts(overrides.env), ...overrides }
  return async (event, context) => {
    parts.logger.addContext(context)
    const deadline = createDeadline(context)
    const deliveries = createDeliveryLog(parts.writeDelivery, deadline.closing, parts.logger)
    const metrics = createDeliveryMetrics(parts)
    try {
      const response = await settleBatch(event, context, job, {
        ...parts,
        deadline,
        deliveries,
        metrics,
        requestId: context.awsRequestId,
      })
      metrics.write()
      await deliveries.finished()
      return response
    } finally {
      deadline.clear()
    }
  }
}

function createParts(env = parseEnv(process.env)): HandlerParts {
  return {
    env,
    queue: createMessageQueue(env),
    writeDelivery: env.DELIVERIES_TABLE === undefined ? undefined : createDeliveriesTable(env.DELIVERIES_TABLE),
    logger: new Logger({ serviceName: env.SUBSCRIBER, logFormatter: new LeanLogFormatter() }),
    // Lambda's console would put a timestamp before it, and CloudWatch would find no metrics in it
    writeLine: (line) => void process.stdout.write(`${line}\n`),
    now: Date.now,
    random: Math.random,
  }
}

function settleBatch(event: SQSEvent, context: Context, job: Job, invocation: Invocation): Promise<SQSBatchResponse> {
  // Powertools starts every record of the batch at once
  const limit = createLimit(invocation.env.RECORDS_IN_FLIGHT)
  const handleRecord = async (record: SQSRecord) => {
    const isSettled = await limit(() => settleMessage(record, job, invocation))
    // Powertools rejects the whole batch when a record throws undefined: an Error, always
    if (!isSettled) throw new Error(`message ${record.messageId} comes again`)
  }
  // A processor per invocation: its options would stick to the next one's
  return processPartialResponse(freshFirst(event), handleRecord, new BatchProcessor(EventType.SQS), {
    context,
    // Else the response is empty after a batch in which all failed, which acknowledges every message
    throwOnFullBatchFailure: false,
  })
}

/** Often-received messages last: one that kills its function must not keep taking fresh ones with it. */
function freshFirst({ Records }: SQSEvent): SQSEvent {
  const receives = ({ attributes }: SQSRecord) => Number(attributes.ApproximateReceiveCount)
  return { Records: Records.toSorted((a, b) => receives(a) - receives(b)) }
}
