import { readFile } from 'node:fs/promises'
import * as z from 'zod'

/** What one subscriber asks of AWS for one upload. */
export const SubscriberUsage = z.object({
  name: z.string(),
  /** Requests by action, delivery records included. */
  requests: z.record(z.string(), z.number()),
  cpuMs: z.number(),
  memoryMb: z.number(),
  recordsInFlight: z.number(),
  logBytes: z.number(),
  /** Of what it stores in its own tables, and in how many indexes that is. */
  rowBytes: z.number(),
  indexes: z.number(),
})
export type SubscriberUsage = z.infer<typeof SubscriberUsage>

/** Counted in a run of the real templates and bundles on this machine: `node e2e/src/usage/main.ts PHOTO…`. */
export const Usage = z.object({
  recordedAt: z.string(),
  uploads: z.number(),
  bytesPerUpload: z.number(),
  deliveryRecordBytes: z.number(),
  subscribers: z.array(SubscriberUsage),
})
export type Usage = z.infer<typeof Usage>

export async function readRecordedUsage(): Promise<Usage> {
  return Usage.parse(JSON.parse(await readFile(new URL('recorded-usage.json', import.meta.url), 'utf8')))
}
