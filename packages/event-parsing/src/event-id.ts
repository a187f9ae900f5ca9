import { hash } from 'node:crypto'

/** What makes two arrivals the same event. */
export interface EventIdentity {
  bucket: string
  key: string
  versionId: string | undefined
  eventName: string
  /** The normalised sequencer, where the event has one that orders. */
  order: string | undefined
  eventTime: string
  requestId: string | undefined
}

/**
 * The deterministic id of an event: 32 hex digits. Never the SQS messageId: S3's and SNS's repeats have new ones.
 * Tagging, ACL and transition events have no sequencer: two of one version differ only in time and request.
 */
export function eventId(event: EventIdentity): string {
  const { bucket, key, versionId = '', eventName, order, eventTime, requestId = '' } = event
  const identity =
    order === undefined
      ? [bucket, key, versionId, eventName, eventTime, requestId]
      : [bucket, key, versionId, eventName, order]
  return hash('sha256', JSON.stringify(identity), 'hex').slice(0, 32)
}
