import * as z from 'zod'

/** What infra's `Subscriber` tells every function. */
const HandlerEnv = z.object({
  STAGE: z.string().min(1),
  SUBSCRIBER: z.string().min(1),
  UPLOADS_BUCKET: z.string().min(1),
  QUEUE_URL: z.url(),
  DEAD_LETTER_QUEUE_URL: z.url(),
  /** Receives after which a message that keeps failing becomes a dead letter. */
  MAX_ATTEMPTS: z.coerce.number().int().min(1).default(9),
  /** Messages of a batch that are worked on at the same time. */
  RECORDS_IN_FLIGHT: z.coerce.number().int().min(1).default(10),
  /** Absent in stages that keep no delivery records. */
  DELIVERIES_TABLE: z.string().min(1).optional(),
})
export type HandlerEnv = z.infer<typeof HandlerEnv>

/** @throws Error that names each missing or invalid variable, so that the cold start fails and not the 1000th event */
export function parseEnv(variables: NodeJS.ProcessEnv): HandlerEnv {
  const result = HandlerEnv.safeParse(variables)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new Error(`invalid environment: ${problems.join('; ')}`)
}
