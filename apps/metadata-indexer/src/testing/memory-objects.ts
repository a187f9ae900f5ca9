import { hash } from 'node:crypto'
import type { CurrentObject, ObjectStore } from '../object-store.ts'

/** The uploads bucket in memory. */
export interface MemoryObjects extends ObjectStore {
  /** An upload: another Last-Modified each time, and whatever else S3 is to say of it. */
  put: (key: string, bytes: Buffer | string, facts?: Partial<CurrentObject>) => void
  /** Changes what S3 says of an object without another upload; `isArchived`: its bytes cannot be read. */
  annotate: (key: string, facts: Partial<CurrentObject> & { isArchived?: boolean }) => void
  remove: (key: string) => void
}

interface Stored {
  object: CurrentObject
  bytes: Buffer
  isArchived?: boolean
}

export function createMemoryObjects(): MemoryObjects {
  const stored = new Map<string, Stored>()
  let uploads = 0
  return {
    put(key, content, facts) {
      const bytes = Buffer.from(content)
      const lastModified = new Date(Date.UTC(2026, 0, 21) + ++uploads * 1000).toISOString()
      const object = { key, eTag: hash('md5', bytes, 'hex'), size: bytes.length, lastModified, ...facts }
      stored.set(key, { object, bytes })
    },
    annotate(key, { isArchived = false, ...facts }) {
      const found = stored.get(key)
      if (found) stored.set(key, { ...found, object: { ...found.object, ...facts }, isArchived })
    },
    remove: (key) => void stored.delete(key),

    async head(key) {
      return stored.get(key)?.object
    },
    async open(key, bytes) {
      const found = stored.get(key)
      if (!found) return undefined
      const { object } = found
      return found.isArchived ? { object } : { object, start: found.bytes.subarray(0, bytes) }
    },
    async read({ key, eTag }, into, start) {
      const found = stored.get(key)
      if (!found || found.isArchived || found.object.eTag !== eTag) return 'changed'
      found.bytes.copy(into, 0, start)
      return 'read'
    },
  }
}
