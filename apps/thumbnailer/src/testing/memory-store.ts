import { createHash } from 'node:crypto'
import type { NewRendition, SourceObject, ThumbnailStore } from '../thumbnail-store.ts'

/** Both buckets in memory, with S3's conditions. `uploads` and `thumbnails` are there to be looked at and changed. */
export interface MemoryStore extends ThumbnailStore {
  uploads: Map<string, Buffer>
  thumbnails: Map<string, NewRendition>
}

export function createMemoryStore(): MemoryStore {
  const uploads = new Map<string, Buffer>()
  const thumbnails = new Map<string, NewRendition>()
  const headSource = (key: string): SourceObject | undefined => {
    const bytes = uploads.get(key)
    return bytes && { key, eTag: eTagOf(bytes), size: bytes.length }
  }
  const headRendition = (key: string) => {
    const found = thumbnails.get(key)
    return found && { key, eTag: eTagOf(found.data), origin: found.origin }
  }

  return {
    uploads,
    thumbnails,
    headSource: async (key) => headSource(key),
    async readSource(source, into, start) {
      if (headSource(source.key)?.eTag !== source.eTag) return 'changed'
      uploads.get(source.key)?.copy(into, 0, start)
      return 'read'
    },
    headRendition: async (key) => headRendition(key),
    async listRenditions(prefix) {
      const keys = [...thumbnails.keys()].filter((key) => key.startsWith(prefix))
      return keys.map(headRendition).filter((rendition) => rendition !== undefined)
    },
    async putRendition(rendition, replaces) {
      if (headRendition(rendition.key)?.eTag !== replaces) return false
      thumbnails.set(rendition.key, rendition)
      return true
    },
    async deleteRendition(key) {
      thumbnails.delete(key)
    },
  }
}

function eTagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`
}
