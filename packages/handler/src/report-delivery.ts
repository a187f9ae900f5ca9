import type { SQSRecord } from 'aws-lambda'
import type { DeliveryRecord } from '@fanout/schemas'
import { toError } from './classify-error.ts'
import { describeDelivery, reasonOf } from './describe-delivery.ts'
import type { Verdict } from './run-job.ts'
import type { Invocation } from './invocation.ts'

const KEPT_SECONDS = 30 * 24 * 3600
const LONGEST_REASON = 1024

/** One log line, and one delivery record, of a delivery that is settled. */
export function reportDelivery(message: SQSRecord, attempts: number, verdict: Verdict, invocation: Invocation): void {
  const { logger, recordDelivery, bookkeeping } = invocation
  const line = describeDelivery(message, attempts, verdict)
  const { type } = verdict.outcome
  if (type === 'done' || type === 'skipped') logger.info(type, line)
  else logger.error(type === 'failed' ? 'dead' : type, line)

  const record = toDeliveryRecord(message, attempts, verdict, invocation)
  if (!recordDelivery || !record) return
  // The record is for people: failing to write it never fails the delivery
  const warn = (error: unknown) => logger.warn('cannot write a delivery record', { reason: toError(error).message })
  bookkeeping.push(recordDelivery(record).catch(warn))
}

/** undefined for a message of which not even the key could be read: its dead letter is all there is to tell. */
function toDeliveryRecord(
  message: SQSRecord,
  attempts: number,
  { event, outcome, durationMs }: Verdict,
  { env, now }: Invocation,
): DeliveryRecord | undefined {
  const objectKey = 'key' in event ? event.key : event.rawKey
  if (objectKey === undefined) return undefined
  const settledAt = new Date(now()).toISOString()
  const sentAt = new Date(Number(message.attributes.SentTimestamp)).toISOString()
  const known =
    'key' in event ? event : { id: message.messageId, eventName: 'unreadable', eventTime: sentAt, source: 's3' }
  const reason = reasonOf(outcome)?.slice(0, LONGEST_REASON)
  return {
    objectKey,
    settled: `${settledAt}#${env.SUBSCRIBER}#${known.id}`,
    settledAt,
    subscriber: env.SUBSCRIBER,
    eventId: known.id,
    eventName: known.eventName,
    eventTime: known.eventTime,
    outcome: outcome.type === 'failed' ? 'dead' : outcome.type,
    ...(reason === undefined ? {} : { reason }),
    ...(outcome.type === 'done' && outcome.detail !== undefined ? { detail: outcome.detail } : {}),
    attempts,
    lagMs: Math.max(0, now() - Date.parse(known.eventTime)),
    durationMs,
    ...(known.source === 'replay' ? { replay: true } : {}),
    expiresAt: Math.floor(now() / 1000) + KEPT_SECONDS,
  }
}
