import type { IndexRow } from '@fanout/schemas'
import type { IndexStore } from '../index-store.ts'

/** The index table in memory. `rows` is there to be looked at. */
export interface MemoryIndex extends IndexStore {
  rows: Map<string, IndexRow>
}

export function createMemoryIndex(): MemoryIndex {
  const rows = new Map<string, IndexRow>()
  return {
    rows,
    async getRow(key) {
      return rows.get(key)
    },
    async putUnlessNewer(row) {
      const { order } = rows.get(row.objectKey) ?? {}
      if (order !== undefined && order > row.order) return false
      rows.set(row.objectKey, row)
      return true
    },
    async replaceRow(row, revision) {
      if (rows.get(row.objectKey)?.revision !== revision) return false
      rows.set(row.objectKey, row)
      return true
    },
  }
}
