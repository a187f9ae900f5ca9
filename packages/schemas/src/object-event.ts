import * as z from 'zod'

/**
 * What happened to the object. The first four are changes of the object itself; `other` is an event that S3 has added
 * since.
 */
export const ObjectEventType = z.enum([
  'created',
  'removed',
  'expired',
  'restored',
  'restore-started',
  'restore-expired',
  'tagged',
  'acl-changed',
  'transitioned',
  'tiered',
  'replication',
  'retention-changed',
  'annotated',
  'lost',
  'other',
])
export type ObjectEventType = z.infer<typeof ObjectEventType>

/**
 * How far an event can be trusted to order itself.
 * - `notified`: a change with a sequencer. The stored row wins only if its `order` is not older.
 * - `observed`: a change without one (replay, reconcile, an emulator): look at the object, write if the row is unchanged.
 * - `annotation`: a fact about a live object (tags, ACL, storage class); it never creates or removes a row.
 */
export const ObjectEventKind = z.enum(['notified', 'observed', 'annotation'])
export type ObjectEventKind = z.infer<typeof ObjectEventKind>

/** Our form of one notification record. Times are ISO 8601, sizes are bytes, absent means that S3 did not say. */
export const ObjectEvent = z.object({
  /** Deterministic, 32 hex digits: the same event has the same id however often and by whichever way it arrives. */
  id: z.string(),
  kind: ObjectEventKind,
  type: ObjectEventType,
  source: z.enum(['s3', 'eventbridge', 'replay']),
  bucket: z.string(),
  /** Decoded exactly once, byte-exact. */
  key: z.string(),
  /** As the message had it. */
  rawKey: z.string(),
  /** AWS's name without the `s3:` prefix, e.g. `ObjectCreated:Put`. */
  eventName: z.string(),
  eventTime: z.string(),
  size: z.number().optional(),
  eTag: z.string().optional(),
  versionId: z.string().optional(),
  /** As S3 sent it. */
  sequencer: z.string().optional(),
  /** The sequencer in a form that compares as a string; present exactly on `notified` events. */
  order: z.string().optional(),
  eventVersion: z.string().optional(),
  region: z.string().optional(),
  principalId: z.string().optional(),
  sourceIp: z.string().optional(),
  requestId: z.string().optional(),
  hostId: z.string().optional(),
  /** Blocks that only some events carry (glacierEventData, replicationEventData, …), as S3 sent them. */
  details: z.record(z.string(), z.unknown()).optional(),
})
export type ObjectEvent = z.infer<typeof ObjectEvent>
