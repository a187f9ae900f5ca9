import type * as S3 from '@aws-sdk/client-s3'
import type { Answer } from './messages.ts'
import { type BucketNotification, notificationId } from './notifications.ts'
import type { Operations, S3Parts } from './parts.ts'

/** Reading what the templates made of buckets; only a template changes it. */
export function createBucketOperations({ site: { region, accountId }, store }: S3Parts): Operations {
  return {
    ListBuckets({ Prefix = '' }: S3.ListBucketsCommandInput): Answer<S3.ListBucketsCommandOutput> {
      const found = [...store.buckets.values()].filter(({ name }) => name.startsWith(Prefix))
      const Buckets = found
        .toSorted((one, other) => (one.name < other.name ? -1 : 1))
        .map(({ name, created }) => ({ Name: name, CreationDate: new Date(created), BucketRegion: region }))
      return { Buckets, Owner: { ID: accountId.padStart(64, '0') } }
    },
    HeadBucket: (): Answer<S3.HeadBucketCommandOutput> => ({ BucketRegion: region }),
    GetBucketLocation: () => ({ $reply: locationReply(region) }),
    GetBucketVersioning: (_, { bucket: { versioning } }): Answer<S3.GetBucketVersioningCommandOutput> =>
      versioning === 'Off' ? {} : { Status: versioning },
    GetBucketNotificationConfiguration: (_, { bucket }) => ({
      TopicConfigurations: bucket.notifications.map(toConfiguration),
    }),
  }
}

/** The one answer whose root element holds text, which no schema expresses. */
function locationReply(region: string) {
  const element = `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${region}</LocationConstraint>`
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${element}`
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}

function toConfiguration(notification: BucketNotification) {
  const { event, topicArn, prefix, suffix } = notification
  const rules = [
    prefix !== undefined && { Name: 'Prefix', Value: prefix },
    suffix !== undefined && { Name: 'Suffix', Value: suffix },
  ]
  const FilterRules = rules.filter(Boolean)
  const Filter = FilterRules.length > 0 ? { Key: { FilterRules } } : undefined
  return { Id: notificationId(notification), TopicArn: topicArn, Events: [event], Filter }
}
