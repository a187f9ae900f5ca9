import type { SQSRecord } from 'aws-lambda'
import { describeDelivery } from './describe-delivery.ts'
import type { Invocation } from './invocation.ts'
import type { Verdict } from './run-job.ts'
import { toDeliveryRecord } from './to-delivery-record.ts'

/** One log line, and one delivery record, of a delivery that is settled. */
export function reportDelivery(message: SQSRecord, attempts: number, verdict: Verdict, invocation: Invocation): void {
  const { logger, deliveries } = invocation
  const line = describeDelivery(message, attempts, verdict)
  const { type } = verdict.outcome
  if (type === 'done' || type === 'skipped') logger.info(type, line)
  else logger.error(type === 'failed' ? 'dead' : type, line)

  const record = toDeliveryRecord(message, attempts, verdict, invocation)
  if (record) deliveries.add(record)
}
