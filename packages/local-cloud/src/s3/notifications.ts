import { createHash } from 'node:crypto'
import { Event } from '@aws-sdk/client-s3'
import { ApiError, type Principal, type Site } from '../api.ts'
import type { S3Call } from './parts.ts'

/** Calls the topic when the event happens to a key between prefix and suffix. */
export interface BucketNotification {
  /** S3's name, perhaps with a star: `s3:ObjectCreated:*` */
  event: string
  topicArn: string
  prefix?: string
  suffix?: string
}

export type Publish = (topicArn: string, message: string, principal: Principal) => Promise<unknown>

/** What a record tells of an object; each event has its own selection. */
export interface EventObject {
  key: string
  size?: number
  eTag?: string
  versionId: string
  sequencer?: string
}

export type Notify = (call: S3Call, eventName: string, object: EventObject) => void

/**
 * Publishes a record to each topic that asks for it. Publishing starts in the order of the changes, nobody waits for it,
 * and a failure is told to the person watching: S3 never fails an upload because of a subscriber.
 */
export function createNotify(site: Site, publish: Publish): Notify {
  return (call, eventName, object) => {
    const { name, notifications } = call.bucket
    const key = encodeKey(object.key)
    for (const notification of notifications.filter((one) => isAskedFor(one, eventName, key))) {
      const record = toRecord(site, call, eventName, { ...object, key }, notificationId(notification))
      publish(notification.topicArn, JSON.stringify({ Records: [record] }), principalOf(name)).catch((error: unknown) =>
        site.warn(`${eventName} of ${name}/${key} was not published to ${notification.topicArn}: ${String(error)}`),
      )
    }
  }
}

/** What S3 sends to a topic that has just been configured. It rejects when the topic cannot be used. */
export async function publishTestEvent(publish: Publish, Bucket: string, topicArn: string): Promise<void> {
  const Time = new Date().toISOString()
  const ids = { RequestId: idOf(Time, 16), HostId: idOf(topicArn, 64) }
  const event = { Service: 'Amazon S3', Event: 's3:TestEvent', Time, Bucket, ...ids }
  await publish(topicArn, JSON.stringify(event), principalOf(Bucket))
}

export function checkNotifications(notifications: BucketNotification[]): void {
  const unknown = notifications.find(({ event }) => !Object.values<string>(Event).includes(event))
  if (!unknown) return
  throw new ApiError(400, 'InvalidArgument', `The event '${unknown.event}' is not supported for notifications`)
}

/** As S3 writes keys into events: a form's encoding, but for slashes. */
function encodeKey(key: string): string {
  return new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/')
}

export function notificationId({ event, topicArn, prefix, suffix }: BucketNotification): string {
  return idOf(JSON.stringify([event, topicArn, prefix, suffix]), 32)
}

// Filters are compared with the encoded key: special characters must be encoded in them as well
function isAskedFor({ event, prefix = '', suffix = '' }: BucketNotification, eventName: string, key: string): boolean {
  return covers(event, eventName) && key.startsWith(prefix) && key.endsWith(suffix)
}

function covers(event: string, eventName: string): boolean {
  return event.endsWith(':*') ? `s3:${eventName}`.startsWith(event.slice(0, -1)) : event === `s3:${eventName}`
}

function toRecord(site: Site, call: S3Call, eventName: string, object: EventObject, configurationId: string) {
  const { key, size, eTag, versionId, sequencer } = object
  const { name } = call.bucket
  return {
    // The minor version differs by event
    eventVersion: eventName.startsWith('ObjectTagging') ? '2.3' : '2.1',
    eventSource: 'aws:s3',
    awsRegion: site.region,
    eventTime: new Date().toISOString(),
    eventName,
    userIdentity: { principalId: principalIdOf(call.principal, site.accountId) },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': call.requestId, 'x-amz-id-2': idOf(call.requestId, 64) },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: { name, ownerIdentity: { principalId: site.accountId }, arn: `arn:aws:s3:::${name}` },
      object: { key, size, eTag, ...(versionId !== 'null' && { versionId }), sequencer },
    },
  }
}

function principalIdOf(principal: Principal, accountId: string): string {
  if (principal.type === 'service') return principal.service
  if (principal.type === 'administrator') return `AWS:${accountId}`
  return `AWS:AROA${idOf(principal.roleArn, 17)}:${principal.arn.split('/').at(-1)}`
}

function principalOf(bucket: string): Principal {
  return { type: 'service', service: 's3.amazonaws.com', sourceArn: `arn:aws:s3:::${bucket}` }
}

function idOf(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length).toUpperCase()
}
