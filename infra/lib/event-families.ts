/**
 * The families of S3 events, under the words of `ObjectEvent.type`, and how a bucket's notification configuration names
 * them.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 */
export const EVENT_FAMILIES = {
  created: 's3:ObjectCreated:*',
  removed: 's3:ObjectRemoved:*',
  // Deletes by lifecycle rules do not send ObjectRemoved: whoever follows `removed` needs this one too.
  expired: 's3:LifecycleExpiration:*',
  restored: 's3:ObjectRestore:*',
  tagged: 's3:ObjectTagging:*',
  'acl-changed': 's3:ObjectAcl:Put',
  transitioned: 's3:LifecycleTransition',
  tiered: 's3:IntelligentTiering',
  replication: 's3:Replication:*',
} as const

export type EventFamily = keyof typeof EVENT_FAMILIES
