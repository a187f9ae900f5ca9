import { extname } from 'node:path'
import { recordEvent } from '@fanout/audit-logger/record-event'
import { createMemoryTrail, type MemoryTrail } from '@fanout/audit-logger/testing'
import { createThumbnails, type ThumbnailDeps } from '@fanout/thumbnailer/create-thumbnails'
import { renderThumbnails } from '@fanout/thumbnailer/render-thumbnails'
import { createMemoryStore, type MemoryStore } from '@fanout/thumbnailer/testing'
import type { Bucket } from './bucket.ts'
import type { Clock } from './clock.ts'
import type { DrillSubscriber } from './function.ts'
import { remember } from './remember.ts'

/** The three subscribers with their real jobs, and what they keep. */
export interface Subscribers {
  all: DrillSubscriber[]
  thumbnails: MemoryStore['thumbnails']
  trail: MemoryTrail['entries']
}

type RenditionSpec = ThumbnailDeps['spec']

export const RENDITION_SIZES: RenditionSpec['sizes'] = [32, 16, 8]

export function createSubscribers(bucket: Bucket, clock: Clock): Subscribers {
  const store = createThumbnailStore(bucket)
  const trail = createMemoryTrail()
  const spec: RenditionSpec = { sizes: RENDITION_SIZES, format: 'webp', quality: 80 }
  const rendered = remember(renderThumbnails)
  // Of a name only the extension matters
  const render: typeof renderThumbnails = (image, name, spec) =>
    clock.standStill(rendered(image, `image${extname(name)}`, spec))
  return {
    all: [
      {
        name: 'thumbnailer',
        job: (around) => {
          const deps = { store: around(store), render, spec }
          return (event, context) => createThumbnails(event, deps, context)
        },
        recordsInFlight: 2,
      },
      {
        name: 'audit-logger',
        job: (around) => {
          const deps = { trail: around(trail), now: clock.now }
          return (event) => recordEvent(event, deps)
        },
        recordsInFlight: 10,
      },
    ],
    thumbnails: store.thumbnails,
    trail: trail.entries,
  }
}

/** The thumbnailer's own store in memory, with the drill's bucket in place of its uploads. */
function createThumbnailStore(bucket: Bucket): MemoryStore {
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
    async readSource({ key, eTag }, into, start) {
      if (headSource(key)?.eTag !== eTag) return 'changed'
      bucket.current(key)?.content.bytes.copy(into, 0, start)
      return 'read'
    },
    // The store looks through all of its keys, which are too many here
    async listRenditions(prefix) {
      const found = await Promise.all([...(byPrefix.get(prefix) ?? [])].map(store.headRendition))
      return found.filter((rendition) => rendition !== undefined)
    },
    async putRendition(rendition, replaces) {
      const isPut = await store.putRendition(rendition, replaces)
      const prefix = rendition.key.slice(0, rendition.key.lastIndexOf('@') + 1)
      if (isPut) byPrefix.set(prefix, (byPrefix.get(prefix) ?? new Set()).add(rendition.key))
      return isPut
    },
    async deleteRendition(key) {
      byPrefix.get(key.slice(0, key.lastIndexOf('@') + 1))?.delete(key)
      await store.deleteRendition(key)
    },
  }
}
