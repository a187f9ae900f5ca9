import type { SQSRecord } from 'aws-lambda'
import type { DeliveryRecord } from '@fanout/schemas'
import { reasonOf } from './describe-delivery.ts'
import type { Invocation } from './invocation.ts'
import type { Verdict } from './run-job.ts'

const KEPT_SECONDS = 30 * 24 * 3600
const LONGEST_REASON = 1024

/** undefined for a message of which not even the key could be read: its dead letter is all there is to tell. */
export function toDeliveryRecord(
  message: SQSRecord,
  attempts: number,
  { event, outcome, durationMs }: Verdict,
  { env, now }: Pick<Invocation, 'env' | 'now'>,
): DeliveryRecord | undefined {
  const objectKey = 'key' in event ? event.key : event.rawKey
  if (objectKey === undefined) return undefined
  const { id, eventName, eventTime } = 'key' in event ? event : describeUnreadable(message)
  const settledAt = new Date(now()).toISOString()
  const redrives = Number(message.messageAttributes.redrives?.stringValue) || 0
  const reason = reasonOf(outcome)?.slice(0, LONGEST_REASON)
  return {
    objectKey,
    settled: `${settledAt}#${env.SUBSCRIBER}#${id}`,
    settledAt,
    subscriber: env.SUBSCRIBER,
    eventId: id,
    eventName,
    eventTime,
    outcome: outcome.type === 'failed' ? 'dead' : outcome.type,
    ...(reason === undefined ? {} : { reason }),
    ...(outcome.type === 'done' && outcome.detail !== undefined ? { detail: outcome.detail } : {}),
    attempts,
    lagMs: Math.max(0, now() - Date.parse(eventTime)),
    durationMs,
    ...(isOnPurpose(message, event) ? { replay: true } : {}),
    ...(redrives > 0 ? { redrives } : {}),
    expiresAt: Math.floor(now() / 1000) + KEPT_SECONDS,
  }
}

/** Sent by an operator: a replay or reconcile of the object, or a dead letter's redrive. */
export function isOnPurpose({ messageAttributes }: SQSRecord, event: Verdict['event']): boolean {
  return ('key' in event && event.source === 'replay') || messageAttributes.redrives !== undefined
}

/** Epoch milliseconds at which the message entered its queue. */
export const sentAt = ({ attributes }: SQSRecord): number => Number(attributes.SentTimestamp)

function describeUnreadable(message: SQSRecord) {
  const eventTime = new Date(sentAt(message)).toISOString()
  return { id: message.messageId, eventName: 'unreadable', eventTime }
}
