import type { SQSRecord } from 'aws-lambda'
import { describeDelivery } from './describe-delivery.ts'
import type { Invocation } from './invocation.ts'
import type { Verdict } from './run-job.ts'
import { isOnPurpose, sentAt, toDeliveryRecord } from './to-delivery-record.ts'

/** One log line, one delivery record and one count of a delivery that is settled. */
export function reportDelivery(message: SQSRecord, attempts: number, verdict: Verdict, invocation: Invocation): void {
  const { logger, deliveries, metrics } = invocation
  const line = describeDelivery(message, attempts, verdict)
  const { type } = verdict.outcome
  if (type === 'done' || type === 'skipped') logger.info(type, line)
  else logger.error(type === 'failed' ? 'dead' : type, line)

  const record = toDeliveryRecord(message, attempts, verdict, invocation)
  if (record) deliveries.add(record)
  metrics.settled(verdict.outcome, record)
}

/** One log line and one count of a delivery that failed and will come again. */
export function reportRetry(message: SQSRecord, attempts: number, verdict: Verdict, invocation: Invocation): void {
  const { logger, metrics, now } = invocation
  logger.warn('retry', describeDelivery(message, attempts, verdict))
  const { event } = verdict
  // A replayed or redriven event is as old as its message: nobody waited for it before
  const since = 'key' in event && !isOnPurpose(message, event) ? Date.parse(event.eventTime) : sentAt(message)
  metrics.retried(now() - since)
}
