import type { IndexDeps } from '@fanout/metadata-indexer/index-object'
import type { Bucket } from './bucket.ts'

/** The drill's bucket as the indexer looks at it. */
export function createObjectStore(bucket: Bucket): IndexDeps['objects'] {
  const head = (key: string) => {
    const found = bucket.current(key)
    if (!found) return undefined
    const { eTag, versionId, storageClass, content, lastModified } = found
    return {
      key,
      eTag,
      versionId,
      size: content.bytes.length,
      declaredType: content.mediaType,
      // HTTP tells the time to the second
      lastModified: new Date(Math.floor(lastModified / 1000) * 1000).toISOString(),
      ...(storageClass && { storageClass }),
    }
  }
  return {
    head: async (key) => head(key),
    async open(key, bytes) {
      const object = head(key)
      const found = bucket.current(key)
      if (!object || !found) return undefined
      return found.isArchived ? { object } : { object, start: found.content.bytes.subarray(0, bytes) }
    },
    async read({ key, eTag }, into, start) {
      const found = bucket.current(key)
      if (!found || found.isArchived || found.eTag !== eTag) return 'changed'
      found.content.bytes.copy(into, 0, start)
      return 'read'
    },
  }
}
