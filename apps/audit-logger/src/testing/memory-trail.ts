import type { AuditEntry } from '@fanout/schemas'
import type { AuditTrail } from '../audit-trail.ts'

/** The trail in memory, to be read by a test. */
export interface MemoryTrail extends AuditTrail {
  /** By objectKey and entryId. */
  entries: Map<string, AuditEntry>
}

export function createMemoryTrail(): MemoryTrail {
  const entries = new Map<string, AuditEntry>()
  return {
    entries,
    async create(entry) {
      const id = JSON.stringify([entry.objectKey, entry.entryId])
      if (entries.has(id)) return false
      entries.set(id, entry)
      return true
    },
  }
}
