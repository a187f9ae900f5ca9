import { Event } from '@aws-sdk/client-s3'
import { fail } from './errors.ts'
import { type BucketNotification, idOf, publishTestEvent } from './notifications.ts'
import type { Operations, S3Parts } from './operations.ts'
import { xmlNamespace } from './protocol.ts'

export interface BucketSettings {
  versioned: boolean
  notifications: BucketNotification[]
}

/** Reading what the templates made of buckets; only a template changes it. */
export const bucketOperations: Operations = {
  ListBuckets({ Prefix = '' }, { store, site }) {
    const found = [...store.buckets.values()].filter(({ Key }) => Key.startsWith(Prefix))
    found.sort((one, other) => (one.Key < other.Key ? -1 : 1))
    const Buckets = found.map(({ Key, LastModified }) => {
      return { Name: Key, CreationDate: LastModified, BucketRegion: site.region }
    })
    return { Buckets, Owner: { ID: site.accountId.padStart(64, '0') } }
  },
  HeadBucket: (_, { site }) => ({ BucketRegion: site.region }),
  // The one answer whose root element holds text, which no schema expresses
  GetBucketLocation: (_, { site }) => ({
    Body: `<LocationConstraint xmlns="${xmlNamespace}">${site.region}</LocationConstraint>`,
  }),
  GetBucketVersioning: (_, { bucket: { versioning } }) =>
    versioning === 'Off' ? { Body: `<VersioningConfiguration xmlns="${xmlNamespace}"/>` } : { Status: versioning },
  GetBucketNotificationConfiguration: (_, { bucket }) => ({
    TopicConfigurations: bucket.notifications.map((notification) => {
      const { event, topicArn, prefix, suffix } = notification
      const rules = Object.entries({ Prefix: prefix, Suffix: suffix }).filter(([, value]) => value !== undefined)
      const Filter =
        rules.length > 0 ? { Key: { FilterRules: rules.map(([Name, Value]) => ({ Name, Value })) } } : undefined
      return { Id: idOf(notification), TopicArn: topicArn, Events: [event], Filter }
    }),
  }),
}

/**
 * Makes the bucket, or gives an existing one these settings. Topics of new or changed notifications get an s3:TestEvent;
 * rejects when one cannot, or when S3 would refuse the settings.
 */
export async function makeBucket(parts: S3Parts, name: string, settings: BucketSettings): Promise<void> {
  const { versioned, notifications } = settings
  const isName = /^(?!xn--|sthree-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)
  if (!isName) fail(400, 'InvalidBucketName', `The specified bucket is not valid: ${name}`)
  const unknown = notifications.find(({ event }) => !Object.values<string>(Event).includes(event))
  if (unknown) fail(400, 'InvalidArgument', `The event '${unknown.event}' is not supported for notifications`)
  const existing = parts.store.buckets.get(name)
  const known = existing?.notifications.map((one) => idOf(one)) ?? []
  const changed = notifications.filter((one) => !known.includes(idOf(one)))
  for (const topicArn of new Set(changed.map((one) => one.topicArn))) await publishTestEvent(parts, name, topicArn)
  const otherwise = existing && existing.versioning !== 'Off' ? 'Suspended' : 'Off'
  const made = { versioning: versioned ? 'Enabled' : otherwise, notifications } as const
  // The same bucket, not a new one in its place: uploads that are on their way have it
  parts.store.setBucket(
    Object.assign(existing ?? { Key: name, rank: '', reserved: '', LastModified: new Date() }, made),
  )
}
