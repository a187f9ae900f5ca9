import * as z from 'zod'
import { PROJECT } from './project.ts'

/** Where a stage's hub and subscribers register themselves in SSM Parameter Store, and find each other. */
export const registrationPaths = (stage: string) => ({
  uploadsBucket: `${stagePath(stage)}/hub/uploads-bucket`,
  topicArn: `${stagePath(stage)}/hub/topic-arn`,
  /** Absent in stages that keep no delivery records. */
  deliveriesTable: `${stagePath(stage)}/hub/deliveries-table`,
  subscribers: `${stagePath(stage)}/subscribers/`,
})

/** Above every parameter of a stage, e.g. `/fanout/dev`. */
export const stagePath = (stage: string) => `/${PROJECT.toLowerCase()}/${stage}`

/** The value of the parameter `/fanout/<stage>/subscribers/<name>`, as JSON. */
export const SubscriberRegistration = z.object({
  name: z.string(),
  functionName: z.string(),
  queueUrl: z.string(),
  deadLetterQueueUrl: z.string(),
  /** Physical names of its own buckets and tables under their environment names, e.g. `THUMBNAILS_BUCKET`. */
  resources: z.record(z.string(), z.string()),
})
export type SubscriberRegistration = z.infer<typeof SubscriberRegistration>
