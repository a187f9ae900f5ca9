import type { ObjectEvent } from '@fanout/schemas'
import { encodeKey } from '../encode-key.ts'
import { parseMessage } from '../parse-message.ts'

/** What a test wants to be different from a plain upload; `null` leaves the field out. */
export interface EventOverrides {
  bucket?: string
  /** Decoded; the builder encodes it as S3 does. */
  key?: string
  /** Encoded, in place of `key`. */
  rawKey?: string
  eventName?: string
  eventTime?: string
  eventVersion?: string
  eventSource?: string
  size?: number | null
  eTag?: string | null
  versionId?: string | null
  sequencer?: string | null
  requestId?: string
  /** Blocks beside the common ones. */
  details?: Record<string, unknown>
}

/** The body of an S3 notification with these records, as raw message delivery puts it into a queue. */
export function buildNotification(...records: EventOverrides[]): string {
  return JSON.stringify({ Records: (records.length === 0 ? [{}] : records).map(buildRecord) })
}

/** @example buildObjectEvent({ key: 'a b.jpg', eventName: 'ObjectRemoved:Delete' }) */
export function buildObjectEvent(overrides: EventOverrides = {}): ObjectEvent {
  const { events, failures } = parseMessage(buildNotification(overrides))
  if (!events[0]) throw new Error(`cannot build an event: ${failures[0]?.error}`)
  return events[0]
}

function buildRecord(overrides: EventOverrides): Record<string, unknown> {
  const { bucket = 'uploads', key = 'photo.jpg', eventName = 'ObjectCreated:Put' } = overrides
  const isRemoval = /^(ObjectRemoved|LifecycleExpiration):Delete$/.test(eventName)
  const object = {
    key: overrides.rawKey ?? encodeKey(key),
    size: value(overrides.size, isRemoval ? undefined : 1024),
    eTag: value(overrides.eTag, isRemoval ? undefined : 'd41d8cd98f00b204e9800998ecf8427e'),
    versionId: value(overrides.versionId, undefined),
    sequencer: value(overrides.sequencer, '00678FF0C11A2B3C01'),
  }
  return {
    eventVersion: overrides.eventVersion ?? '2.1',
    eventSource: overrides.eventSource ?? 'aws:s3',
    awsRegion: 'eu-west-1',
    eventTime: overrides.eventTime ?? '2026-01-21T23:21:00.000Z',
    eventName,
    userIdentity: { principalId: 'AWS:AIDAEXAMPLE' },
    requestParameters: { sourceIPAddress: '203.0.113.11' },
    responseElements: { 'x-amz-request-id': overrides.requestId ?? 'C3D13FE58DE4C810', 'x-amz-id-2': 'EXAMPLE' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'uploads',
      bucket: { name: bucket, ownerIdentity: { principalId: 'A3NL1KOZZKExample' }, arn: `arn:aws:s3:::${bucket}` },
      object,
    },
    ...overrides.details,
  }
}

// undefined in an override means "as usual", null means "leave it out"; JSON drops undefined members
function value<T>(given: T | null | undefined, usual: T | undefined): T | undefined {
  return given === null ? undefined : (given ?? usual)
}
