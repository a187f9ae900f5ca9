import * as z from 'zod'

/**
 * An S3 event by way of EventBridge. Its key is verbatim, not URL-encoded.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export const EventBridgeS3Event = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.string().min(1),
  time: z.string().refine((time) => !Number.isNaN(Date.parse(time)), 'is not a time'),
  region: z.string().nullish(),
  detail: z.looseObject({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({
      key: z.string().min(1),
      size: z.number().int().nonnegative().nullish(),
      etag: z.string().nullish(),
      'version-id': z.string().nullish(),
      sequencer: z.string().nullish(),
    }),
    'request-id': z.string().nullish(),
    requester: z.string().nullish(),
    'source-ip-address': z.string().nullish(),
    reason: z.string().nullish(),
    'deletion-type': z.string().nullish(),
  }),
})
export type EventBridgeS3Event = z.infer<typeof EventBridgeS3Event>
