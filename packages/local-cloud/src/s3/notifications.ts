import { createHash } from 'node:crypto'
import { Event } from '@aws-sdk/client-s3'
import { type ApiCall, ApiError, type Principal, type Site } from '../api.ts'
import type { Bucket, BucketNotification } from './store.ts'

export type Publish = (topicArn: string, message: string, principal: Principal) => Promise<unknown>

/** What a record tells of an object; each event has its own selection. */
export interface EventObject {
  key: string
  size?: number
  eTag?: string
  versionId?: string | undefined
  sequencer?: string
}

export type Notify = (call: ApiCall, bucket: Bucket, eventName: string, object: EventObject) => void

/**
 * Publishes a record to each topic that asks for it. Publishing starts in the order of the changes, nobody waits for it,
 * and a failure is told to the person watching: S3 never fails an upload because of a subscriber.
 */
export function createNotify(site: Site, publish: Publish): Notify {
  return (call, bucket, eventName, object) => {
    const key = encodeKey(object.key)
    for (const notification of bucket.notifications.filter((one) => isAskedFor(one, eventName, key))) {
      const message = JSON.stringify({
        Records: [toRecord(site, call, bucket, eventName, { ...object, key }, notification)],
      })
      const { topicArn } = notification
      publish(topicArn, message, principalOf(bucket.name)).catch((error: unknown) => {
        site.warn(`${eventName} of ${bucket.name}/${key} was not published to ${topicArn}: ${String(error)}`)
      })
    }
  }
}

/** What S3 sends to a topic that has just been configured. It rejects when the topic cannot be used. */
export async function publishTestEvent(site: Site, publish: Publish, bucket: string, topicArn: string): Promise<void> {
  const RequestId = idOf(`${topicArn}${Date.now()}`).slice(0, 16).toUpperCase()
  const event = { Service: 'Amazon S3', Event: 's3:TestEvent', Time: new Date().toISOString(), Bucket: bucket }
  await publish(topicArn, JSON.stringify({ ...event, RequestId, HostId: idOf(RequestId) }), principalOf(bucket))
}

/** Refuses what S3 refuses when notifications are configured. */
export function checkNotifications(notifications: BucketNotification[]): void {
  const refuse = (message: string) => new ApiError(400, 'InvalidArgument', message)
  for (const [index, { event, prefix = '', suffix = '' }] of notifications.entries()) {
    if (!Object.values<string>(Event).includes(event)) {
      throw refuse(`The event '${event}' is not supported for notifications`)
    }
    for (const other of notifications.slice(index + 1)) {
      const [first, second] = [prefix, other.prefix ?? ''].toSorted((one, two) => one.length - two.length)
      const [end, longerEnd] = [suffix, other.suffix ?? ''].toSorted((one, two) => one.length - two.length)
      const sameEvent = covers(event, other.event.slice(3)) || covers(other.event, event.slice(3))
      if (sameEvent && second?.startsWith(first ?? '') && longerEnd?.endsWith(end ?? '')) {
        throw refuse(`Configurations overlap: two notifications for ${event} and keys ${second}*${longerEnd}`)
      }
    }
  }
}

/** As S3 writes keys into events: a form's encoding, but for slashes. */
export function encodeKey(key: string): string {
  return new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/')
}

export function notificationId(notification: BucketNotification): string {
  return idOf(JSON.stringify(notification)).slice(0, 32)
}

// Filters are compared with the encoded key: special characters must be encoded in them as well
function isAskedFor({ event, prefix = '', suffix = '' }: BucketNotification, eventName: string, key: string): boolean {
  return covers(event, eventName) && key.startsWith(prefix) && key.endsWith(suffix)
}

function covers(event: string, eventName: string): boolean {
  return event.endsWith(':*') ? `s3:${eventName}`.startsWith(event.slice(0, -1)) : event === `s3:${eventName}`
}

function toRecord(
  { region, accountId }: Site,
  { principal, requestId }: ApiCall,
  { name }: Bucket,
  eventName: string,
  object: EventObject,
  notification: BucketNotification,
) {
  return {
    // The minor version differs by event
    eventVersion: eventName.startsWith('ObjectTagging') ? '2.3' : '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime: new Date().toISOString(),
    eventName,
    userIdentity: { principalId: principalIdOf(principal, accountId) },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': idOf(requestId) },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: notificationId(notification),
      bucket: { name, ownerIdentity: { principalId: accountId }, arn: `arn:aws:s3:::${name}` },
      object: {
        key: object.key,
        size: object.size,
        eTag: object.eTag,
        versionId: object.versionId,
        sequencer: object.sequencer,
      },
    },
  }
}

function principalIdOf(principal: Principal, accountId: string): string {
  switch (principal.type) {
    case 'administrator':
      return `AWS:${accountId}`
    case 'role':
      return `AWS:AROA${idOf(principal.roleArn).slice(0, 17).toUpperCase()}:${principal.arn.split('/').at(-1)}`
    case 'service':
      return principal.service
  }
}

function principalOf(bucket: string): Principal {
  return { type: 'service', service: 's3.amazonaws.com', sourceArn: `arn:aws:s3:::${bucket}` }
}

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
