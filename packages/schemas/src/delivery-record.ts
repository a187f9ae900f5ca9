import * as z from 'zod'

/** How a delivery ended. `dead`: given up and sent to the dead-letter queue. */
export const DeliveryOutcome = z.enum(['done', 'skipped', 'rejected', 'dead'])
export type DeliveryOutcome = z.infer<typeof DeliveryOutcome>

/**
 * What a subscriber made of one event: one item of the deliveries table, written when the delivery is settled.
 * Partition `objectKey`, sort `settled`, so that an object's story reads in order of time.
 */
export const DeliveryRecord = z.object({
  objectKey: z.string(),
  /** `<settledAt>#<subscriber>#<eventId>` */
  settled: z.string(),
  settledAt: z.string(),
  subscriber: z.string(),
  eventId: z.string(),
  eventName: z.string(),
  eventTime: z.string(),
  outcome: DeliveryOutcome,
  /** Why it was skipped, rejected or given up. */
  reason: z.string().optional(),
  /** What a done job says of its work, e.g. `1024 512 128`. */
  detail: z.string().optional(),
  /** Receives of the message, this one included. */
  attempts: z.number(),
  /** Milliseconds from the event's time to its settlement. */
  lagMs: z.number(),
  /** Milliseconds that the job took. */
  durationMs: z.number(),
  /** True for events sent on purpose (replay, reconcile): their lag says nothing. */
  replay: z.boolean().optional(),
  /** How often its message was sent back from the dead-letter queue; absent for one that never was. */
  redrives: z.number().optional(),
  /** Epoch seconds at which DynamoDB may forget the record. */
  expiresAt: z.number(),
})
export type DeliveryRecord = z.infer<typeof DeliveryRecord>
