import { createHash } from 'node:crypto'
import type { Principal } from '../api.ts'
import type { S3Call, S3Parts } from './operations.ts'
import { arnOf } from './permissions.ts'
import type { Version } from './store.ts'

/** Calls the topic when the event happens to a key between prefix and suffix. */
export interface BucketNotification {
  /** S3's name, perhaps with a star: `s3:ObjectCreated:*` */
  event: string
  topicArn: string
  prefix?: string
  suffix?: string
}

/** Each event tells its own selection. */
type EventObject = Pick<Version, 'Key' | 'VersionId'> & { Size?: number | undefined; ETag?: string; rank?: string }

/**
 * Publishes a record to each topic that asks for it. Publishing starts in the order of the changes, nobody waits for it,
 * and a failure is told to the person watching: S3 never fails an upload because of a subscriber.
 */
export function notify(call: S3Call, eventName: string, object: EventObject): void {
  const { bucket, publish, site } = call
  // As S3 writes keys into events: a form's encoding, but for slashes
  const key = new URLSearchParams({ '': object.Key }).toString().slice('='.length).replaceAll('%2F', '/')
  for (const notification of bucket.notifications) {
    const { event, topicArn, prefix = '', suffix = '' } = notification
    const isOfKind = event.endsWith('*')
      ? `s3:${eventName}`.startsWith(event.slice(0, -1))
      : event === `s3:${eventName}`
    // Filters are compared with the encoded key: special characters must be encoded in them as well
    if (!isOfKind || !key.startsWith(prefix) || !key.endsWith(suffix)) continue
    const Records = [toRecord(call, eventName, { ...object, Key: key }, idOf(notification))]
    publish(topicArn, JSON.stringify({ Records }), principalOf(bucket.Key)).catch((error: unknown) =>
      site.warn(`${eventName} of ${bucket.Key}/${key} was not published to ${topicArn}: ${String(error)}`),
    )
  }
}

function toRecord(call: S3Call, eventName: string, object: EventObject, configurationId: string) {
  const { site, requestId, bucket, principal } = call
  const { Key: key, Size: size, ETag, VersionId, rank } = object
  const versionId = VersionId === 'null' ? undefined : VersionId
  return {
    // The minor version differs by event
    eventVersion: eventName.startsWith('ObjectTagging') ? '2.3' : '2.1',
    eventSource: 'aws:s3',
    awsRegion: site.region,
    eventTime: new Date().toISOString(),
    eventName,
    userIdentity: { principalId: principalIdOf(principal, site.accountId) },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': idOf(requestId, 64) },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: { name: bucket.Key, ownerIdentity: { principalId: site.accountId }, arn: arnOf(bucket.Key) },
      object: { key, size, eTag: ETag?.replaceAll('"', ''), versionId, sequencer: rank && `00${rank}` },
    },
  }
}

/** What S3 sends to a topic that has just been configured. It rejects when the topic cannot be used. */
export async function publishTestEvent({ publish }: S3Parts, Bucket: string, topicArn: string): Promise<void> {
  const Time = new Date().toISOString()
  const ids = { RequestId: idOf(Time, 16), HostId: idOf(topicArn, 64) }
  const event = { Service: 'Amazon S3', Event: 's3:TestEvent', Time, Bucket, ...ids }
  await publish(topicArn, JSON.stringify(event), principalOf(Bucket))
}

function principalIdOf(principal: Principal, accountId: string): string {
  if (principal.type === 'service') return principal.service
  if (principal.type === 'administrator') return `AWS:${accountId}`
  return `AWS:AROA${idOf(principal.roleArn, 17)}:${principal.arn.split('/').at(-1)}`
}

function principalOf(bucket: string): Principal {
  return { type: 'service', service: 's3.amazonaws.com', sourceArn: arnOf(bucket) }
}

/** The same thing always has the same. */
export function idOf(thing: unknown, length = 32): string {
  return createHash('sha256').update(JSON.stringify(thing)).digest('hex').slice(0, length).toUpperCase()
}
