import type {
  GetBucketNotificationConfigurationCommandOutput,
  GetBucketVersioningCommandOutput,
  HeadBucketCommandOutput,
  ListBucketsCommandInput,
  ListBucketsCommandOutput,
} from '@aws-sdk/client-s3'
import type { Answer } from './messages.ts'
import { notificationId } from './notifications.ts'
import type { Operations, S3Call, S3Parts } from './parts.ts'
import type { BucketNotification } from './store.ts'

/** Reading what the templates made of buckets; only a template changes it. */
export function createBucketOperations({ site, store }: S3Parts): Operations {
  function listBuckets({ Prefix = '' }: ListBucketsCommandInput): Answer<ListBucketsCommandOutput> {
    const found = [...store.buckets.values()].filter(({ name }) => name.startsWith(Prefix))
    const Buckets = found
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .map(({ name, created }) => ({ Name: name, CreationDate: new Date(created), BucketRegion: site.region }))
    return { Buckets, Owner: { ID: site.accountId.padStart(64, '0') } }
  }

  function getVersioning({ bucket }: S3Call): Answer<GetBucketVersioningCommandOutput> {
    return bucket.versioning === 'Off' ? {} : { Status: bucket.versioning }
  }

  function getNotifications({ bucket }: S3Call): Answer<GetBucketNotificationConfigurationCommandOutput> {
    return { TopicConfigurations: bucket.notifications.map(toConfiguration) }
  }

  return {
    ListBuckets: listBuckets,
    HeadBucket: (): Answer<HeadBucketCommandOutput> => ({ BucketRegion: site.region }),
    GetBucketLocation: () => ({ $reply: locationReply(site.region) }),
    GetBucketVersioning: (_, call) => getVersioning(call),
    GetBucketNotificationConfiguration: (_, call) => getNotifications(call),
  }
}

/** The one answer whose root element holds text, which no schema expresses. The oldest region has no name here. */
function locationReply(region: string) {
  const name = region === 'us-east-1' ? '' : region
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="${namespace}">${name}</LocationConstraint>`
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}

function toConfiguration(notification: BucketNotification) {
  const { event, topicArn, prefix, suffix } = notification
  const rules = [
    { Name: 'Prefix', Value: prefix },
    { Name: 'Suffix', Value: suffix },
  ].filter(({ Value }) => Value !== undefined)
  return {
    Id: notificationId(notification),
    TopicArn: topicArn,
    Events: [event],
    ...(rules.length > 0 && { Filter: { Key: { FilterRules: rules } } }),
  } as GetBucketNotificationConfigurationCommandOutput['TopicConfigurations'] extends (infer One)[] | undefined
    ? One
    : never
}
