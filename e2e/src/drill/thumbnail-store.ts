import { createMemoryStore, openBytes, type MemoryStore } from '@fanout/thumbnailer/testing'
import type { Bucket } from './bucket.ts'

/** The thumbnailer's own store in memory, with the drill's bucket in place of its uploads. */
export function createThumbnailStore(bucket: Bucket): MemoryStore {
  const store = createMemoryStore()
  const byPrefix = new Map<string, Set<string>>()
  const headSource = (key: string) => {
    const found = bucket.current(key)
    if (!found) return undefined
    return { key, eTag: `"${found.eTag}"`, size: found.content.bytes.length, versionId: found.versionId }
  }
  return {
    ...store,
    headSource: async (key) => headSource(key),
    async openSource(key) {
      const source = headSource(key)
      const found = bucket.current(key)
      return source && openBytes(source, found?.isArchived ? undefined : found?.content.bytes)
    },
    // The store looks through all of its keys, which are too many here
    async listRenditions(prefix) {
      const found = await Promise.all([...(byPrefix.get(prefix) ?? [])].map(store.headRendition))
      return found.filter((rendition) => rendition !== undefined)
    },
    async putRendition(rendition, replaces) {
      const isPut = await store.putRendition(rendition, replaces)
      const prefix = prefixOf(rendition.key)
      if (isPut) byPrefix.set(prefix, (byPrefix.get(prefix) ?? new Set()).add(rendition.key))
      return isPut
    },
    async deleteRendition(key) {
      byPrefix.get(prefixOf(key))?.delete(key)
      await store.deleteRendition(key)
    },
  }
}

const prefixOf = (renditionKey: string) => renditionKey.slice(0, renditionKey.lastIndexOf('@') + 1)
