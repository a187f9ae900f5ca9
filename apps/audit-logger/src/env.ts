import * as z from 'zod'

const Env = z.object({
  AUDIT_TABLE: z.string().min(1),
})

export const env = Env.parse(process.env)
