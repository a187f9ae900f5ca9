import type { AuditEntry } from '@fanout/schemas'

/** Where entries are kept. It has no way to change or remove one. */
export interface AuditTrail {
  /** False when the entry is there already: it is left as it is. Throws on what a retry may cure, a denial included. */
  create: (entry: AuditEntry) => Promise<boolean>
}
