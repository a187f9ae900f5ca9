import { extname } from 'node:path'
import { recordEvent } from '@fanout/audit-logger/record-event'
import { createMemoryTrail, type MemoryTrail } from '@fanout/audit-logger/testing'
import { indexObject } from '@fanout/metadata-indexer/index-object'
import { readMetadata } from '@fanout/metadata-indexer/read-metadata'
import { createMemoryIndex, type MemoryIndex } from '@fanout/metadata-indexer/testing'
import { createThumbnails, type ThumbnailDeps } from '@fanout/thumbnailer/create-thumbnails'
import { renderThumbnails } from '@fanout/thumbnailer/render-thumbnails'
import type { MemoryStore } from '@fanout/thumbnailer/testing'
import type { Bucket } from './bucket.ts'
import type { Clock } from './clock.ts'
import type { DrillSubscriber } from './function.ts'
import { createObjectStore } from './object-store.ts'
import { rememberBytes } from './remember.ts'
import { createThumbnailStore } from './thumbnail-store.ts'
import { withoutSequencer } from './without-sequencer.ts'

/** The three subscribers with their real jobs, and what they keep. */
export interface Subscribers {
  all: DrillSubscriber[]
  thumbnails: MemoryStore['thumbnails']
  rows: MemoryIndex['rows']
  trail: MemoryTrail['entries']
}

export const RENDITION_SIZES: ThumbnailDeps['spec']['sizes'] = [32, 16, 8]

export function createSubscribers(bucket: Bucket, clock: Clock, isOrdered: boolean): Subscribers {
  const thumbnailer = createThumbnailer(bucket, clock)
  const indexer = createIndexer(bucket, clock, isOrdered)
  const logger = createLogger(clock)
  return {
    all: [thumbnailer, indexer, logger],
    thumbnails: thumbnailer.thumbnails,
    rows: indexer.rows,
    trail: logger.entries,
  }
}

function createThumbnailer(bucket: Bucket, clock: Clock) {
  const store = createThumbnailStore(bucket)
  const spec = { sizes: RENDITION_SIZES, format: 'webp', quality: 80 } as const
  // Of a name only the extension matters
  const render: typeof renderThumbnails = (image, name, settings) =>
    clock.standStill(rendered(image, `image${extname(name)}`, settings))
  return {
    name: 'thumbnailer',
    recordsInFlight: 2,
    thumbnails: store.thumbnails,
    job: (around) => {
      const deps = { store: around(store), render, spec }
      return (event, context) => createThumbnails(event, deps, context)
    },
  } satisfies DrillSubscriber & Record<string, unknown>
}

function createIndexer(bucket: Bucket, clock: Clock, isOrdered: boolean) {
  const objects = createObjectStore(bucket)
  const index = createMemoryIndex()
  return {
    name: 'metadata-indexer',
    recordsInFlight: 10,
    rows: index.rows,
    job: (around) => {
      const deps = {
        objects: around(objects),
        index: around(index),
        readMetadata: ({ start, size }: { start: Buffer; size: number }) => clock.standStill(read(start, size)),
        now: clock.now,
      }
      return (event) => indexObject(event, isOrdered ? deps : withoutSequencer(deps, index))
    },
  } satisfies DrillSubscriber & Record<string, unknown>
}

function createLogger(clock: Clock) {
  const trail = createMemoryTrail()
  return {
    name: 'audit-logger',
    recordsInFlight: 10,
    entries: trail.entries,
    job: (around) => {
      const deps = { trail: around(trail), now: clock.now }
      return (event) => recordEvent(event, deps)
    },
  } satisfies DrillSubscriber & Record<string, unknown>
}

const rendered = rememberBytes(renderThumbnails)
const read = rememberBytes((start, size: number) => readMetadata({ size, start, read: unneeded }))

// The drill's objects are small: a first look shows all of them
const unneeded = () => Promise.reject(new Error('there is nothing more to read'))
