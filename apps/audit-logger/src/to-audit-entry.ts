import type { ObjectEvent } from '@fanout/handler'
import type { AuditEntry } from '@fanout/schemas'

/**
 * Who did what, when and from where, as S3 said it; undefined for a replay, of which S3 said nothing.
 * @param recordedAt epoch milliseconds
 */
export function toAuditEntry(event: ObjectEvent, recordedAt: number): AuditEntry | undefined {
  const { id, kind: _kind, key, rawKey: _rawKey, order: _order, source, details, ...said } = event
  if (source === 'replay') return undefined
  // EventBridge tells the time to the second, a notification to the millisecond
  const second = new Date(event.eventTime).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)
  return {
    ...said,
    objectKey: key,
    entryId: `${second}Z#${id}`,
    eventId: id,
    source,
    ...(details === undefined ? {} : { details: JSON.stringify(details) }),
    recordedAt: new Date(recordedAt).toISOString(),
  }
}
