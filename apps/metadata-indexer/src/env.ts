import * as z from 'zod'

const Env = z.object({
  UPLOADS_BUCKET: z.string().min(1),
  INDEX_TABLE: z.string().min(1),
})

export const env = Env.parse(process.env)
