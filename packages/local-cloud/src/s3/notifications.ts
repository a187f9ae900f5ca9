import { createHash } from 'node:crypto'
import type { Principal } from '../api.ts'
import type { S3Call, S3Parts } from './operations.ts'
import { arnOf } from './permissions.ts'
import type { Topic, Version } from './store.ts'

/** Each event tells its own selection. */
type EventObject = Pick<Version, 'Key' | 'VersionId'> & { Size?: number | undefined; ETag?: string; rank?: string }

/**
 * Publishes a record to each topic that asks for it. Publishing starts in the order of the changes, nobody waits for it,
 * and a failure is told to the person watching: S3 never fails an upload because of a subscriber.
 */
export function notify(call: S3Call, eventName: string, object: EventObject): void {
  const { bucket, site } = call
  // As S3 writes keys into events: a form's encoding, but for slashes
  const Key = new URLSearchParams({ '': object.Key }).toString().slice('='.length).replaceAll('%2F', '/')
  for (const topic of bucket.topics.filter((one) => isAskedFor(one, `s3:${eventName}`, Key))) {
    const Records = [toRecord(call, eventName, { ...object, Key }, topic.Id)]
    publish(call, bucket.Key, topic.TopicArn, { Records }).catch((error: unknown) =>
      site.warn(`${eventName} of ${bucket.Key}/${Key} was not published to ${topic.TopicArn}: ${String(error)}`),
    )
  }
}

function isAskedFor({ Events, Filter }: Topic, name: string, key: string): boolean {
  const isOfKind = (event: string) => (event.endsWith('*') ? name.startsWith(event.slice(0, -1)) : name === event)
  // Filters are compared with the encoded key: special characters must be encoded in them as well
  const isMet = (rule: { Name: string; Value: string }) =>
    rule.Name.toLowerCase() === 'prefix' ? key.startsWith(rule.Value) : key.endsWith(rule.Value)
  return Events.some(isOfKind) && (Filter?.Key.FilterRules ?? []).every(isMet)
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
export async function publishTestEvent(parts: S3Parts, Bucket: string, topicArn: string): Promise<void> {
  const Time = new Date().toISOString()
  const ids = { RequestId: idOf(Time, 16), HostId: idOf(topicArn, 64) }
  await publish(parts, Bucket, topicArn, { Service: 'Amazon S3', Event: 's3:TestEvent', Time, Bucket, ...ids })
}

async function publish(parts: S3Parts, bucket: string, topicArn: string, message: object): Promise<void> {
  const principal: Principal = { type: 'service', service: 's3.amazonaws.com', sourceArn: arnOf(bucket) }
  await parts.publish(topicArn, JSON.stringify(message), principal)
}

function principalIdOf(principal: Principal, accountId: string): string {
  if (principal.type === 'role') return `AWS:AROA${idOf(principal.roleArn, 17)}:${principal.arn.split('/').at(-1)}`
  return principal.type === 'service' ? principal.service : `AWS:${accountId}`
}

/** The same thing always has the same. */
export function idOf(thing: unknown, length = 32): string {
  return createHash('sha256').update(JSON.stringify(thing)).digest('hex').slice(0, length).toUpperCase()
}
