import { createHash } from 'node:crypto'
import type { NewRendition, OpenedSource, SourceObject, ThumbnailStore } from '../thumbnail-store.ts'

/** Both buckets in memory, with S3's conditions. `uploads` and `thumbnails` are there to be looked at and changed. */
export interface MemoryStore extends ThumbnailStore {
  uploads: Map<string, Buffer>
  /** Keys of uploads whose bytes cannot be read. */
  archived: Set<string>
  thumbnails: Map<string, NewRendition>
}

export function createMemoryStore(): MemoryStore {
  const uploads = new Map<string, Buffer>()
  const archived = new Set<string>()
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
    archived,
    thumbnails,
    headSource: async (key) => headSource(key),
    async openSource(key) {
      const source = headSource(key)
      return source && openBytes(source, archived.has(key) ? undefined : uploads.get(key))
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

/** What `openSource` of a store answers; without `bytes` the object is archived. */
export function openBytes(source: SourceObject, bytes: Buffer | undefined): OpenedSource {
  let position = 0
  return {
    ...source,
    ...(bytes && {
      async read(into) {
        position += bytes.copy(into, 0, position)
      },
    }),
    async [Symbol.asyncDispose]() {},
  }
}

function eTagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`
}
