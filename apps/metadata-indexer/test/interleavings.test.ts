import { buildObjectEvent, type EventOverrides } from '@fanout/event-parsing/testing'
import fc, { type Scheduler } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indexObject } from '../src/index-object.ts'
import { readMetadata } from '../src/read-metadata.ts'
import { createMemoryIndex, createMemoryObjects, type MemoryIndex, type MemoryObjects } from '../src/testing/index.ts'

/** What may happen to the one key, and the name of S3's event about it. */
const CHANGES = {
  putGif: ['ObjectCreated:Put', (objects) => objects.put('photo', 'GIF89a')],
  putText: ['ObjectCreated:Put', (objects) => objects.put('photo', 'hello')],
  copyInPlace: ['ObjectCreated:Copy', (objects) => objects.put('photo', 'hello', { declaredType: 'text/markdown' })],
  remove: ['ObjectRemoved:Delete', (objects) => objects.remove('photo')],
  transition: ['LifecycleTransition', (objects) => objects.annotate('photo', { storageClass: 'GLACIER_IR' })],
  archive: [
    'LifecycleTransition',
    (objects) => objects.annotate('photo', { storageClass: 'GLACIER', isArchived: true }),
  ],
  restore: ['ObjectRestore:Completed', (objects) => objects.annotate('photo', { isArchived: false })],
} satisfies Record<string, [string, (objects: MemoryObjects) => void]>

type ChangeName = keyof typeof CHANGES

/** One change, the deliveries of its event, and the store calls at which their functions die, attempt by attempt. */
interface Upload {
  change: ChangeName
  hasOrder: boolean
  /** 0: the event is lost. */
  deliveries: number
  deaths: number[]
}

interface Bucket {
  objects: MemoryObjects
  index: MemoryIndex
  scheduler: Scheduler
}

const upload = (least: number) =>
  fc.record<Upload>({
    change: fc.constantFrom(...(Object.keys(CHANGES) as ChangeName[])),
    hasOrder: fc.boolean(),
    deliveries: fc.integer({ min: least, max: 2 }),
    deaths: fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 1 }),
  })

describe('indexObject beside itself', () => {
  it('ends with the row of the last state, whatever the order of all store calls, and whoever dies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(upload(1), { minLength: 2, maxLength: 4 }),
        async (scheduler, uploads) => {
          const bucket = { objects: createMemoryObjects(), index: createMemoryIndex(), scheduler }

          await scheduler.waitFor(uploadAndDeliver(uploads, bucket))

          // of a key that was never there only annotations tell, and they create no row
          const isHeardOf = uploads.some(({ change }) => CHANGES[change][0] !== 'LifecycleTransition')
          expect(factsOf(bucket)).toEqual(await expectedFacts(bucket, isHeardOf))
        },
      ),
      { numRuns: 3000, seed: 7 },
    )
  })

  it('ends with the row of the last state when events are lost, and a reconcile comes after the last change', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(upload(0), { minLength: 2, maxLength: 4 }),
        async (scheduler, uploads) => {
          const bucket = { objects: createMemoryObjects(), index: createMemoryIndex(), scheduler }
          const reconcile = { eventSource: 'fanout:replay' }

          await scheduler.waitFor(uploadAndDeliver(uploads, bucket, reconcile))

          expect(factsOf(bucket)).toEqual(await expectedFacts(bucket, true))
        },
      ),
      { numRuns: 3000, seed: 11 },
    )
  })
})

async function uploadAndDeliver(uploads: Upload[], bucket: Bucket, reconcile?: EventOverrides): Promise<void> {
  const running: Promise<void>[] = []
  for (const [index, { change, hasOrder, deliveries, deaths }] of uploads.entries()) {
    await bucket.scheduler.schedule(Promise.resolve(), change)
    const [eventName, apply] = CHANGES[change]
    apply(bucket.objects)
    const hasSequencer = hasOrder && eventName !== 'LifecycleTransition'
    const event = { eventName, sequencer: hasSequencer ? `0${index + 1}` : null }
    for (let delivery = 0; delivery < deliveries; delivery++) running.push(deliver(event, deaths, bucket))
  }
  if (reconcile) running.push(deliver(reconcile, [], bucket))
  await Promise.all(running)
}

// as SQS does: what throws or dies comes back
async function deliver(event: EventOverrides, deaths: number[], { objects, index, scheduler }: Bucket): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const life = { calls: 0, death: deaths[attempt] ?? Infinity }
    const deps = {
      objects: paused(objects, scheduler, life),
      index: paused(index, scheduler, life),
      readMetadata,
      now: () => 0,
    }
    try {
      await indexObject(buildObjectEvent({ ...event, key: 'photo' }), deps)
      return
    } catch (error) {
      if (!/died|cannot settle/.test(String(error))) throw error
    }
  }
}

/** A store with a pause before and after every call: from the call on that is its death, the caller is dead. */
function paused<Store extends object>(
  store: Store,
  scheduler: Scheduler,
  life: { calls: number; death: number },
): Store {
  return new Proxy(store, {
    get(target, name) {
      const call = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>
      return async (...args: unknown[]) => {
        const isLast = ++life.calls >= life.death
        await scheduler.schedule(Promise.resolve(), String(name))
        if (isLast) throw new Error('died')
        const answer = await call(...args)
        await scheduler.schedule(Promise.resolve(), `answer of ${String(name)}`)
        return answer
      }
    },
  })
}

/** What the row says of the object. */
function factsOf({ index }: Bucket): object | undefined {
  const row = index.rows.get('photo')
  if (!row) return undefined
  if (row.deleted) return { deleted: true }
  const { deleted, eTag, size, lastModified, declaredType, storageClass, mime } = row
  return { deleted, eTag, size, lastModified, declaredType, storageClass, mime }
}

/** What it should say: a function of the bucket alone. */
async function expectedFacts({ objects, index }: Bucket, isHeardOf: boolean): Promise<object | undefined> {
  const object = await objects.head('photo')
  if (!object) return isHeardOf ? { deleted: true } : undefined
  const { eTag, size, lastModified, declaredType, storageClass } = object
  return {
    deleted: false,
    eTag,
    size,
    lastModified,
    declaredType,
    storageClass,
    mime: await expectedType(objects, index),
  }
}

async function expectedType(objects: MemoryObjects, index: MemoryIndex): Promise<string | undefined> {
  const opened = await objects.open('photo', 100)
  if (typeof opened === 'object' && opened.start)
    return opened.start.toString() === 'GIF89a' ? 'image/gif' : 'text/plain'
  // an archived object keeps what was known of it, if anything was
  const row = index.rows.get('photo')
  return row?.deleted === false ? row.mime : undefined
}
