import { done, skipped, type ObjectEvent, type Outcome } from '@fanout/handler'
import type { AuditTrail } from './audit-trail.ts'
import { toAuditEntry } from './to-audit-entry.ts'

export interface AuditDeps {
  trail: AuditTrail
  /** Epoch milliseconds. */
  now: () => number
}

/**
 * Writes down what S3 said of one event, whatever its family. The one subscriber that keeps the event itself and never
 * looks at the object.
 *
 * Safe to run twice and in any order: an entry's key is the identity of its event, and an entry is only ever created.
 */
export async function recordEvent(event: ObjectEvent, { trail, now }: AuditDeps): Promise<Outcome> {
  const entry = toAuditEntry(event, now())
  if (!entry) return skipped('sent by an operator, not by S3')
  const isNew = await trail.create(entry)
  return isNew ? done() : done('recorded before')
}
