import { EventBridgeS3Event, type ObjectEvent } from '@fanout/schemas'
import { eventId } from './event-id.ts'
import { eventKindOf, eventTypeOf } from './event-type.ts'
import { orderOf } from './sequencer.ts'

/**
 * An EventBridge S3 event as an ObjectEvent, under the name that a notification has for the same event, so that its id is
 * the same by either way. The key is taken as it is: EventBridge does not encode it.
 * @throws {z.ZodError} for an event without what we use
 */
export function parseEventBridgeEvent(input: unknown): ObjectEvent {
  const { detail, time: eventTime, region, 'detail-type': detailType } = EventBridgeS3Event.parse(input)
  const { bucket, object, reason, requester, ...rest } = detail
  const eventName = eventNameOf(detailType, reason ?? '', detail['deletion-type'] ?? '')
  const versionId = object['version-id'] ?? undefined
  const requestId = detail['request-id'] ?? undefined
  const order = orderOf(object.sequencer)
  const type = eventTypeOf(eventName)
  const kind = eventKindOf(type, order)
  const event: ObjectEvent = {
    id: eventId({ bucket: bucket.name, key: object.key, versionId, eventName, order, eventTime, requestId }),
    kind,
    type,
    source: 'eventbridge',
    bucket: bucket.name,
    key: object.key,
    rawKey: object.key,
    eventName,
    eventTime,
  }
  if (object.size != null) event.size = object.size
  if (object.etag != null) event.eTag = object.etag
  if (versionId !== undefined) event.versionId = versionId
  if (object.sequencer != null) event.sequencer = object.sequencer
  if (order !== undefined && kind === 'notified') event.order = order
  if (region != null) event.region = region
  if (requester != null) event.principalId = requester
  if (detail['source-ip-address'] != null) event.sourceIp = detail['source-ip-address']
  if (requestId !== undefined) event.requestId = requestId
  const details = Object.entries(rest).filter(([name, value]) => !COMMON.has(name) && value != null)
  if (details.length > 0) event.details = Object.fromEntries(details)
  return event
}

// Every detail-type that S3 sends: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
function eventNameOf(detailType: string, reason: string, deletionType: string): string {
  const removal = deletionType === 'Delete Marker Created' ? 'DeleteMarkerCreated' : 'Delete'
  switch (detailType) {
    case 'Object Created':
      return `ObjectCreated:${CREATION_REASONS[reason] ?? 'Put'}`
    case 'Object Deleted':
      return reason === 'Lifecycle Expiration' ? `LifecycleExpiration:${removal}` : `ObjectRemoved:${removal}`
    case 'Object Restore Initiated':
      return 'ObjectRestore:Post'
    case 'Object Restore Completed':
      return 'ObjectRestore:Completed'
    case 'Object Restore Expired':
      return 'ObjectRestore:Delete'
    case 'Object Tags Added':
      return 'ObjectTagging:Put'
    case 'Object Tags Deleted':
      return 'ObjectTagging:Delete'
    case 'Object ACL Updated':
      return 'ObjectAcl:Put'
    case 'Object Storage Class Changed':
      return 'LifecycleTransition'
    case 'Object Access Tier Changed':
      return 'IntelligentTiering'
    default:
      return detailType
  }
}

const CREATION_REASONS: Readonly<Record<string, string>> = {
  PutObject: 'Put',
  'POST Object': 'Post',
  CopyObject: 'Copy',
  CompleteMultipartUpload: 'CompleteMultipartUpload',
}

const COMMON: ReadonlySet<string> = new Set(['version', 'request-id', 'source-ip-address', 'deletion-type'])
