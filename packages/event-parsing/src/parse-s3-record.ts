import { S3Record, type ObjectEvent } from '@fanout/schemas'
import { decodeKey } from './decode-key.ts'
import { eventId } from './event-id.ts'
import { eventKindOf, eventTypeOf } from './event-type.ts'
import { orderOf } from './sequencer.ts'

/** The eventSource of messages that the operator sends for objects that exist already. */
export const REPLAY_SOURCE = 'fanout:replay'

/**
 * One record of an S3 notification as an ObjectEvent.
 * @throws {z.ZodError} for a record without what we use, {@link UndecodableKeyError} for a malformed key
 */
export function parseS3Record(input: unknown): ObjectEvent {
  const record = S3Record.parse(input)
  const { bucket, object } = record.s3
  // aws-lambda-go's samples and MinIO write the prefix, AWS does not
  const eventName = record.eventName.startsWith('s3:') ? record.eventName.slice(3) : record.eventName
  const key = decodeKey(object.key)
  const versionId = object.versionId ?? undefined
  const requestId = record.responseElements?.['x-amz-request-id'] ?? undefined
  const isReplay = record.eventSource === REPLAY_SOURCE
  const order = isReplay ? undefined : orderOf(object.sequencer)
  const type = eventTypeOf(eventName)
  const kind = eventKindOf(type, order)
  const eventTime = record.eventTime
  const event: ObjectEvent = {
    id: eventId({ bucket: bucket.name, key, versionId, eventName, order, eventTime, requestId }),
    kind,
    type,
    source: isReplay ? 'replay' : 's3',
    bucket: bucket.name,
    key,
    rawKey: object.key,
    eventName,
    eventTime,
    eventVersion: record.eventVersion,
  }
  if (object.size != null) event.size = object.size
  if (object.eTag != null) event.eTag = object.eTag
  if (versionId !== undefined) event.versionId = versionId
  if (object.sequencer != null) event.sequencer = object.sequencer
  if (order !== undefined && kind === 'notified') event.order = order
  if (record.awsRegion != null) event.region = record.awsRegion
  if (record.userIdentity?.principalId != null) event.principalId = record.userIdentity.principalId
  if (record.requestParameters?.sourceIPAddress != null) event.sourceIp = record.requestParameters.sourceIPAddress
  if (requestId !== undefined) event.requestId = requestId
  if (record.responseElements?.['x-amz-id-2'] != null) event.hostId = record.responseElements['x-amz-id-2']
  const details = specialBlocks(input)
  if (details) event.details = details
  return event
}

/** The blocks beside the common ones, those of future versions too: the audit trail keeps what it does not know. */
function specialBlocks(input: unknown): Record<string, unknown> | undefined {
  const names = Object.keys(Object(input)).filter((name) => !(name in S3Record.shape))
  return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, Object(input)[name]]))
}
