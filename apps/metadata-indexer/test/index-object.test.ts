import { buildObjectEvent, type EventOverrides } from '@fanout/event-parsing/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { indexObject, type IndexDeps } from '../src/index-object.ts'
import { EXTRACTOR, readMetadata } from '../src/read-metadata.ts'
import { createMemoryIndex, createMemoryObjects, type MemoryIndex, type MemoryObjects } from '../src/testing/index.ts'

const NOW = Date.parse('2026-01-21T23:21:01.000Z')
const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000280000001e00802000000', 'hex')
const tagging = { eventName: 'ObjectTagging:Put', sequencer: null }
const transition = { eventName: 'LifecycleTransition', sequencer: null }
const replay = { eventSource: 'fanout:replay' }
const removal = { eventName: 'ObjectRemoved:Delete', sequencer: '02' }

let objects: MemoryObjects
let index: MemoryIndex
let deps: IndexDeps

beforeEach(() => {
  objects = createMemoryObjects()
  index = createMemoryIndex()
  deps = { objects, index, readMetadata, now: () => NOW }
})

describe('indexObject', () => {
  it('keeps one row of an object: what S3 says of it, and what its bytes say', async () => {
    objects.put('a b.png', PNG, { declaredType: 'image/gif', versionId: 'v1', storageClass: 'GLACIER_IR' })

    const outcome = await run({ key: 'a b.png', sequencer: '0aF' })

    expect(outcome).toEqual({ type: 'done', detail: 'image/png 640x480' })
    expect(index.rows.get('a b.png')).toEqual({
      objectKey: 'a b.png',
      deleted: false,
      order: '0AF'.padEnd(32, '0'),
      revision: expect.any(String),
      indexedAt: '2026-01-21T23:21:01.000Z',
      eTag: '3ec9d84978a9cb6708f13767c7ec5226',
      size: 29,
      versionId: 'v1',
      lastModified: expect.any(String),
      declaredType: 'image/gif',
      storageClass: 'GLACIER_IR',
      format: 'png',
      mime: 'image/png',
      width: 640,
      height: 480,
      extractor: EXTRACTOR,
    })
  })

  it.each([
    ['notes.txt', 'hello', 'text/plain'],
    ['torn.jpg', Buffer.from('ffd8ffe0', 'hex'), 'image/jpeg'],
    ['empty.jpg', '', 'empty'],
    ['folder/', '', 'empty'],
  ])('indexes %s with its type, although it is no image that can be read', async (key, bytes, detail) => {
    objects.put(key, bytes)

    expect(await run({ key })).toEqual({ type: 'done', detail })
    expect(index.rows.get(key)).toMatchObject({ deleted: false, size: bytes.length })
  })

  it('looks at the object, not at the event', async () => {
    objects.put('photo.jpg', 'now')

    await run({ size: 99, eTag: 'then', versionId: 'then' })

    expect(index.rows.get('photo.jpg')).toMatchObject({ size: 3 })
    expect(index.rows.get('photo.jpg')).not.toHaveProperty('versionId')
  })

  it('forgets what the former object said', async () => {
    objects.put('photo.jpg', PNG)
    await run({ sequencer: '01' })
    objects.put('photo.jpg', 'hello')

    await run({ sequencer: '02' })

    expect(index.rows.get('photo.jpg')).toMatchObject({ mime: 'text/plain' })
    expect(index.rows.get('photo.jpg')).not.toHaveProperty('width')
  })

  it('leaves a tombstone of a removed object, for 45 days', async () => {
    objects.put('photo.jpg', PNG)
    await run({ sequencer: '01' })
    objects.remove('photo.jpg')

    const outcome = await run(removal)

    expect(outcome).toEqual({ type: 'done', detail: 'removed' })
    expect(index.rows.get('photo.jpg')).toEqual({
      objectKey: 'photo.jpg',
      deleted: true,
      order: '02'.padEnd(32, '0'),
      revision: expect.any(String),
      indexedAt: '2026-01-21T23:21:01.000Z',
      expiresAt: NOW / 1000 + 45 * 24 * 3600,
    })
  })

  it('leaves a tombstone of an object that it has never seen', async () => {
    expect(await run(removal)).toEqual({ type: 'done', detail: 'removed' })
    expect(await run({ ...removal, key: 'expired', eventName: 'LifecycleExpiration:Delete' })).toMatchObject({
      type: 'done',
    })
    expect(await run({ key: 'late' })).toEqual({ type: 'skipped', reason: 'gone' })

    expect([...index.rows.values()].map(({ objectKey, deleted }) => [objectKey, deleted])).toEqual([
      ['photo.jpg', true],
      ['expired', true],
      ['late', true],
    ])
  })

  it('keeps the row when only an old version was removed', async () => {
    objects.put('photo.jpg', PNG)

    const outcome = await run({ ...removal, versionId: 'old' })

    expect(outcome).toEqual({ type: 'done', detail: 'image/png 640x480' })
    expect(index.rows.get('photo.jpg')).toMatchObject({ deleted: false })
  })

  it('brings the row back when the delete marker is removed', async () => {
    await run({ ...removal, eventName: 'ObjectRemoved:DeleteMarkerCreated' })
    objects.put('photo.jpg', PNG)

    await run({ ...removal, sequencer: '03', versionId: 'of the delete marker' })

    expect(index.rows.get('photo.jpg')).toMatchObject({ deleted: false, width: 640 })
  })

  it('leaves a row alone that knows of a newer event', async () => {
    objects.put('photo.jpg', PNG)
    await run({ sequencer: '02' })
    const row = index.rows.get('photo.jpg')

    expect(await run({ sequencer: '01' })).toEqual({ type: 'done', detail: 'image/png 640x480' })
    expect(index.rows.get('photo.jpg')).toBe(row)
  })

  it('puts a row right that is newer than all events of a bucket made anew', async () => {
    objects.put('photo.jpg', 'of the former bucket')
    await run({ sequencer: '99' })
    objects.put('photo.jpg', PNG)

    await run({ sequencer: '01' })

    expect(index.rows.get('photo.jpg')).toMatchObject({ mime: 'image/png', order: '99'.padEnd(32, '0') })
  })

  it('says the same again when an event is repeated', async () => {
    objects.put('photo.jpg', PNG)
    const first = await run()

    expect(await run()).toEqual(first)
  })

  it('starts over when the object was replaced between the look and the write', async () => {
    objects.put('photo.jpg', 'old')
    whenRowIsPut(() => objects.put('photo.jpg', PNG))

    await run()

    expect(index.rows.get('photo.jpg')).toMatchObject({ mime: 'image/png' })
  })

  it('starts over when the object was removed between the look and the write', async () => {
    objects.put('photo.jpg', 'old')
    whenRowIsPut(() => objects.remove('photo.jpg'))

    expect(await run()).toEqual({ type: 'skipped', reason: 'gone' })
    expect(index.rows.get('photo.jpg')).toMatchObject({ deleted: true })
  })

  it('starts over when the object was replaced by one of the same bytes, but of another type', async () => {
    objects.put('photo.jpg', PNG, { declaredType: 'image/gif' })
    whenRowIsPut(() => objects.put('photo.jpg', PNG, { declaredType: 'image/png' }))

    await run()

    expect(index.rows.get('photo.jpg')).toMatchObject({ declaredType: 'image/png' })
  })

  it('starts over when the object was replaced while it was read', async () => {
    objects.put('photo.jpg', Buffer.concat([PNG, Buffer.alloc(300_000)]))
    deps.readMetadata = async (file) => {
      deps.readMetadata = readMetadata
      objects.put('photo.jpg', 'hello')
      await file.read(Buffer.alloc(1), 290_000)
      return {}
    }

    expect(await run()).toEqual({ type: 'done', detail: 'text/plain' })
  })

  it('throws, to be tried later, when the object changes faster than it can be read', async () => {
    objects.open = async () => 'changed'

    await expect(run()).rejects.toThrow('cannot settle the row of photo.jpg: disturbed in each of 5 rounds')
  })

  it('throws what the stores throw', async () => {
    objects.put('photo.jpg', PNG)
    index.putUnlessNewer = () => Promise.reject(new Error('ProvisionedThroughputExceeded'))

    await expect(run()).rejects.toThrow('ProvisionedThroughputExceeded')
  })
})

describe('indexObject, of an event without an order', () => {
  it.each([replay, { sequencer: null }, { sequencer: '0055AED6DCD90281E5' }])(
    '%j writes the row that is missing',
    async (event) => {
      objects.put('photo.jpg', PNG)

      expect(await run(event)).toEqual({ type: 'done', detail: 'image/png 640x480' })
      expect(index.rows.get('photo.jpg')).toMatchObject({ deleted: false, width: 640 })
      expect(index.rows.get('photo.jpg')).not.toHaveProperty('order')
    },
  )

  it('repairs what a lost event has left, and keeps the order that the row knows of', async () => {
    objects.put('photo.jpg', PNG)
    await run({ sequencer: '05' })
    objects.remove('photo.jpg')

    await run(replay)

    expect(index.rows.get('photo.jpg')).toMatchObject({ deleted: true, order: '05'.padEnd(32, '0') })
  })

  it('writes nothing, and reads nothing but the header, when the row is right', async () => {
    objects.put('photo.jpg', PNG)
    objects.put('gone.jpg', PNG)
    await run()
    await run({ key: 'gone.jpg' })
    objects.remove('gone.jpg')
    await run({ ...removal, key: 'gone.jpg' })
    const rows = [...index.rows.values()]
    objects.open = () => Promise.reject(new Error('read'))

    expect(await run(replay)).toEqual({ type: 'done', detail: 'image/png 640x480' })
    expect(await run({ ...replay, key: 'gone.jpg' })).toEqual({ type: 'skipped', reason: 'gone' })
    expect([...index.rows.values()]).toEqual(rows)
  })

  it('reads an object again that was read by an earlier edition of the code', async () => {
    objects.put('photo.jpg', PNG)
    deps.readMetadata = async () => ({})
    await run()
    const row = index.rows.get('photo.jpg')
    if (row?.deleted === false) index.rows.set('photo.jpg', { ...row, extractor: 0 })
    deps.readMetadata = readMetadata

    await run(replay)

    expect(index.rows.get('photo.jpg')).toMatchObject({ width: 640, extractor: EXTRACTOR })
  })

  it('starts over when somebody else has written the row meanwhile', async () => {
    objects.put('photo.jpg', 'old')
    const { open } = objects
    objects.open = async (...args) => {
      objects.open = open
      const opened = await open(...args)
      objects.put('photo.jpg', PNG)
      await run({ sequencer: '02' })
      return opened
    }

    await run(replay)

    expect(index.rows.get('photo.jpg')).toMatchObject({ mime: 'image/png', order: '02'.padEnd(32, '0') })
  })
})

describe('indexObject, of an annotation', () => {
  it('changes what S3 says of a live object, and nothing else', async () => {
    objects.put('photo.jpg', PNG, { storageClass: 'STANDARD_IA', replicationStatus: 'PENDING' })
    await run()
    const before = index.rows.get('photo.jpg')
    objects.annotate('photo.jpg', { storageClass: 'DEEP_ARCHIVE', isArchived: true })

    const outcome = await run(transition)

    expect(outcome).toEqual({ type: 'done', detail: 'image/png 640x480' })
    expect(index.rows.get('photo.jpg')).toEqual({
      ...before,
      storageClass: 'DEEP_ARCHIVE',
      revision: expect.any(String),
    })
  })

  it('takes away what S3 says no more', async () => {
    objects.put('photo.jpg', PNG, { storageClass: 'STANDARD_IA' })
    await run()
    objects.put('photo.jpg', PNG, { lastModified: lastModified('photo.jpg') })

    await run(transition)

    expect(index.rows.get('photo.jpg')).toMatchObject({ width: 640 })
    expect(index.rows.get('photo.jpg')).not.toHaveProperty('storageClass')
  })

  it('writes nothing when there is nothing new', async () => {
    objects.put('photo.jpg', PNG)
    await run()
    const row = index.rows.get('photo.jpg')

    expect(await run(tagging)).toEqual({ type: 'done', detail: 'image/png 640x480' })
    expect(index.rows.get('photo.jpg')).toBe(row)
  })

  it('creates no row', async () => {
    objects.put('photo.jpg', PNG)

    expect(await run(tagging)).toEqual({ type: 'skipped', reason: 'not in the index' })
    expect(index.rows.size).toBe(0)
  })

  it('does not bring a removed object back', async () => {
    await run(removal)
    objects.put('photo.jpg', PNG)
    const row = index.rows.get('photo.jpg')

    expect(await run(transition)).toEqual({ type: 'skipped', reason: 'not in the index' })
    expect(index.rows.get('photo.jpg')).toBe(row)
  })

  it.each([
    ['replaced', () => objects.put('photo.jpg', 'hello')],
    ['removed', () => objects.remove('photo.jpg')],
  ])('leaves a row to its own event when the object was %s meanwhile', async (_, change) => {
    objects.put('photo.jpg', PNG)
    await run()
    const row = index.rows.get('photo.jpg')
    change()

    expect(await run(transition)).toEqual({ type: 'skipped', reason: 'superseded' })
    expect(index.rows.get('photo.jpg')).toBe(row)
  })

  it('starts over when the row was written or the object annotated meanwhile', async () => {
    objects.put('photo.jpg', PNG)
    await run()
    objects.annotate('photo.jpg', { storageClass: 'GLACIER_IR' })
    const { head } = objects
    objects.head = async (key) => {
      objects.head = head
      const object = await head(key)
      objects.annotate('photo.jpg', { storageClass: 'DEEP_ARCHIVE' })
      await run({ sequencer: '02' })
      return object
    }

    await run(transition)

    expect(index.rows.get('photo.jpg')).toMatchObject({ storageClass: 'DEEP_ARCHIVE', order: '02'.padEnd(32, '0') })
  })
})

describe('indexObject, of an archived object', () => {
  it('indexes what S3 says of it', async () => {
    objects.put('photo.jpg', PNG, { storageClass: 'GLACIER' })
    objects.annotate('photo.jpg', { isArchived: true })

    expect(await run()).toEqual({ type: 'done', detail: 'archived' })
    expect(index.rows.get('photo.jpg')).toMatchObject({ deleted: false, size: PNG.length, storageClass: 'GLACIER' })
  })

  it('keeps what is known of the same bytes', async () => {
    objects.put('photo.jpg', PNG)
    await run()
    objects.annotate('photo.jpg', { storageClass: 'GLACIER', isArchived: true })

    expect(await run()).toEqual({ type: 'done', detail: 'image/png 640x480' })
    expect(index.rows.get('photo.jpg')).toMatchObject({ width: 640, storageClass: 'GLACIER' })
  })

  it('does not take the bytes of another object for its own', async () => {
    objects.put('photo.jpg', PNG)
    await run()
    objects.put('photo.jpg', 'hello', { storageClass: 'GLACIER' })
    objects.annotate('photo.jpg', { isArchived: true })

    await run()

    expect(index.rows.get('photo.jpg')).not.toHaveProperty('width')
  })

  it.each([
    ['an order', { sequencer: '02' }],
    ['no order', { sequencer: null }],
  ])('reads it once it is restored, by an event of %s', async (_, event) => {
    objects.put('photo.jpg', PNG, { storageClass: 'GLACIER' })
    objects.annotate('photo.jpg', { isArchived: true })
    await run({ sequencer: '01' })
    objects.annotate('photo.jpg', { isArchived: false })

    await run({ eventName: 'ObjectRestore:Completed', ...event })

    expect(index.rows.get('photo.jpg')).toMatchObject({ width: 640 })
  })
})

function run(overrides: EventOverrides = {}) {
  return indexObject(buildObjectEvent(overrides), deps)
}

/** What happens to the bucket just before the first row is put. */
function whenRowIsPut(change: () => void): void {
  const { putUnlessNewer } = index
  index.putUnlessNewer = (row) => {
    index.putUnlessNewer = putUnlessNewer
    change()
    return putUnlessNewer(row)
  }
}

function lastModified(key: string): string {
  const row = index.rows.get(key)
  return row?.deleted === false ? row.lastModified : ''
}
