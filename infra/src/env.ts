import * as z from 'zod'

const Env = z.object({
  STAGE: z.string().min(1),
  UPLOADS_BUCKET: z.string().min(1),
  DELIVERIES_TABLE: z.string().min(1),
  /** What the bucket tells of; absent: everything. */
  PUBLISHED_PREFIX: z.string().optional(),
  /** What fails and comes again is settled by then, for better or worse. */
  SETTLED_AFTER_HOURS: z.coerce.number().min(0).default(6),
})

export const env = Env.parse(process.env)
