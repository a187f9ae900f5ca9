import { buildObjectEvent } from '@fanout/event-parsing/testing'
import fc, { type Scheduler } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createThumbnails, type ThumbnailDeps } from '../src/create-thumbnails.ts'
import { createMemoryStore, type MemoryStore } from '../src/testing/index.ts'
import type { ThumbnailStore } from '../src/thumbnail-store.ts'

/** What may happen to the one key, and S3's name of it; one-byte-different "images" stand for photos. */
const CHANGES = {
  putA: ['ObjectCreated:Put', (bucket) => put(bucket, 'GIF89aA')],
  putB: ['ObjectCreated:Put', (bucket) => put(bucket, 'GIF89aB')],
  putText: ['ObjectCreated:Put', (bucket) => put(bucket, 'hello')],
  remove: ['ObjectRemoved:Delete', (bucket) => bucket.uploads.delete('photo')],
  archive: ['LifecycleTransition', (bucket) => bucket.archived.add('photo')],
  restore: ['ObjectRestore:Completed', (bucket) => bucket.archived.delete('photo')],
} satisfies Record<string, [string, (bucket: MemoryStore) => unknown]>

type ChangeName = keyof typeof CHANGES

/** One delivery of one event, and the store calls at which its function dies, attempt by attempt. */
interface Delivery {
  change: ChangeName
  repeats: number
  deaths: number[]
}

describe('createThumbnails beside itself', () => {
  it('ends with the renditions of the last state, whatever the order of all store calls, and whoever dies', async () => {
    const delivery = fc.record({
      change: fc.constantFrom(...(Object.keys(CHANGES) as ChangeName[])),
      repeats: fc.integer({ min: 1, max: 2 }),
      deaths: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 1 }),
    })

    expect(await findDisagreement(fc.array(delivery, { minLength: 2, maxLength: 3 }), 2000)).toBeUndefined()
  })

  // Between its writes and its second look the object was gone and came back: a drill of 100,000 events found it
  it('leaves no rendition of an image that was removed, undeleted and replaced by a text', async () => {
    expect(await findDisagreement(fc.constant(once('putA', 'remove', 'putA', 'putText')), 4000)).toBeUndefined()
  })

  it('leaves nothing when a removal comes between two who work on the same upload', async () => {
    const [upload, removal] = once('putA', 'remove')
    const deliveries = [{ ...upload!, repeats: 2 }, removal!]

    expect(await findDisagreement(fc.constant(deliveries), 4000)).toBeUndefined()
  })

  it('leaves no rendition of another object beside one in an archive, and makes those of one that is restored', async () => {
    const changes = fc.constantFrom(
      once('putA', 'archive', 'putB', 'archive', 'remove'),
      once('putA', 'putB', 'archive'),
      once('putA', 'archive', 'remove', 'putB', 'restore'),
    )

    expect(await findDisagreement(changes, 4000)).toBeUndefined()
  })
})

function once(...changes: ChangeName[]): Delivery[] {
  return changes.map((change) => ({ change, repeats: 1, deaths: [] }))
}

/** The report of an order of calls after which something else is stored than the last state asks for. */
async function findDisagreement(deliveries: fc.Arbitrary<Delivery[]>, numRuns: number): Promise<string | undefined> {
  const details = await fc.check(
    fc.asyncProperty(fc.scheduler(), deliveries, async (scheduler, delivered) => {
      const bucket = createMemoryStore()

      await scheduler.waitFor(uploadAndDeliver(delivered, bucket, scheduler))

      const [found, whole] = [summary(bucket), expected(bucket)]
      // What is in an archive may have had no time to be made
      expect(found).toEqual(
        bucket.archived.has('photo') ? whole.filter((rendition) => found.includes(rendition)) : whole,
      )
    }),
    { numRuns, seed: 7 },
  )
  return await fc.asyncDefaultReportMessage(details)
}

function put(bucket: MemoryStore, content: string): void {
  bucket.uploads.set('photo', Buffer.from(content))
  bucket.archived.delete('photo')
}

async function uploadAndDeliver(deliveries: Delivery[], bucket: MemoryStore, scheduler: Scheduler): Promise<void> {
  const running: Promise<void>[] = []
  for (const { change, repeats, deaths } of deliveries) {
    await scheduler.schedule(Promise.resolve(), change)
    const [eventName, apply] = CHANGES[change]
    apply(bucket)
    for (let repeat = 0; repeat < repeats; repeat++) running.push(deliver(eventName, deaths, bucket, scheduler))
  }
  await Promise.all(running)
}

// as SQS does: what throws or dies comes back, with a higher receive count
async function deliver(eventName: string, deaths: number[], bucket: MemoryStore, scheduler: Scheduler): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const deps: ThumbnailDeps = {
      store: paused(bucket, scheduler, deaths[attempt - 1]),
      spec: { sizes: [64, 32, 16], format: 'webp', quality: 80 },
      render: async (image, _name, { sizes }) => ({
        type: 'rendered',
        width: 64,
        height: 64,
        renditions: sizes.map((size) => ({ size, width: size, height: size, data: Buffer.from(image) })),
      }),
    }
    try {
      await createThumbnails(buildObjectEvent({ key: 'photo', eventName }), deps, { attempt })
      return
    } catch (error) {
      if (!/died|cannot settle/.test(String(error))) throw error
    }
  }
}

/** The store with a pause before every call; from call number `death` on, the caller is dead. */
function paused(store: MemoryStore, scheduler: Scheduler, death = Infinity): ThumbnailStore {
  let calls = 0
  return new Proxy<ThumbnailStore>(store, {
    get:
      (target, name: keyof ThumbnailStore) =>
      async (...args: never[]) => {
        const call = ++calls
        await scheduler.schedule(Promise.resolve(), name)
        if (call >= death) throw new Error('died')
        return (target[name] as (...args: never[]) => unknown)(...args)
      },
  })
}

function expected(store: MemoryStore): string[] {
  const content = store.uploads.get('photo')?.toString()
  return content?.startsWith('GIF') ? ['16', '32', '64'].map((size) => `photo@${size}.webp ${content}`) : []
}

function summary(store: MemoryStore): string[] {
  return [...store.thumbnails.values()].map(({ key, data }) => `${key} ${data.toString()}`).toSorted()
}
