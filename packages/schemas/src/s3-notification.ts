import * as z from 'zod'

/**
 * One record of an S3 event notification, as much of it as we use. Unknown fields and minor versions are accepted: S3
 * adds both without notice.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const S3Record = z.object({
  // Equal on the major version, at least on the minor one, says the S3 User Guide
  eventVersion: z.string().regex(/^2\.\d+$/, 'is not a 2.x version'),
  eventSource: z.string().nullish(),
  awsRegion: z.string().nullish(),
  eventTime: z.string().refine((time) => !Number.isNaN(Date.parse(time)), 'is not a time'),
  eventName: z.string().min(1),
  // moto leaves these three out; a source address may be IPv6 or a service's name
  userIdentity: z.object({ principalId: z.string().nullish() }).nullish(),
  requestParameters: z.object({ sourceIPAddress: z.string().nullish() }).nullish(),
  responseElements: z
    .object({ 'x-amz-request-id': z.string().nullish(), 'x-amz-id-2': z.string().nullish() })
    .nullish(),
  s3: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({
      key: z.string().min(1),
      // Absent on ObjectRemoved:Delete and LifecycleExpiration:Delete; tagging and ACL have an eTag but no size
      size: z.number().int().nonnegative().nullish(),
      eTag: z.string().nullish(),
      // Absent when versioning is off, and for the null version of a suspended bucket
      versionId: z.string().nullish(),
      // Only on changes of the object itself (created, removed, expired, restored)
      sequencer: z.string().nullish(),
    }),
  }),
})
export type S3Record = z.infer<typeof S3Record>

/** The message S3 sends once when a notification is configured; it has no `Records`. */
export const S3TestEvent = z.object({ Event: z.literal('s3:TestEvent'), Bucket: z.string() })
export type S3TestEvent = z.infer<typeof S3TestEvent>
