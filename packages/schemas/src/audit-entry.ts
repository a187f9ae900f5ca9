import * as z from 'zod'
import { ObjectEventType } from './object-event.ts'

/**
 * What S3 said of one event: one item of the audit table, created once and never changed. Partition `objectKey`, sort
 * `entryId`, so that an object's trail reads in order of time.
 */
export const AuditEntry = z.object({
  objectKey: z.string(),
  /** `<time of the event, to the second>#<eventId>`: the same event has the same one by whichever way it arrives. */
  entryId: z.string(),
  eventId: z.string(),
  bucket: z.string(),
  versionId: z.string().optional(),
  /** AWS's name without the `s3:` prefix, e.g. `ObjectCreated:Put`. */
  eventName: z.string(),
  type: ObjectEventType,
  eventTime: z.string(),
  eventVersion: z.string().optional(),
  region: z.string().optional(),
  size: z.number().optional(),
  eTag: z.string().optional(),
  sequencer: z.string().optional(),
  /** Who, e.g. `AWS:AIDAEXAMPLE`. */
  principalId: z.string().optional(),
  /** From where: an IPv4 or IPv6 address, or a service's name. */
  sourceIp: z.string().optional(),
  requestId: z.string().optional(),
  hostId: z.string().optional(),
  /** JSON of the blocks that only some events carry (glacierEventData, replicationEventData, …), as S3 sent them. */
  details: z.string().optional(),
  /** By which way it came. */
  source: z.enum(['s3', 'eventbridge']),
  /** When the logger wrote it down. */
  recordedAt: z.string(),
})
export type AuditEntry = z.infer<typeof AuditEntry>
