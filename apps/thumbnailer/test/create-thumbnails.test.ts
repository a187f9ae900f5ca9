import { buildObjectEvent, type EventOverrides } from '@fanout/event-parsing/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { createThumbnails, type ThumbnailDeps } from '../src/create-thumbnails.ts'
import { renderThumbnails } from '../src/render-thumbnails.ts'
import type { RenditionSpec } from '../src/rendition-spec.ts'
import { createMemoryStore, openBytes, type MemoryStore } from '../src/testing/index.ts'
import { buildImage } from './build-image.ts'

const spec: RenditionSpec = { sizes: [64, 32], format: 'webp', quality: 80 }
let store: MemoryStore
let deps: ThumbnailDeps

beforeEach(() => {
  store = createMemoryStore()
  deps = { store, render: renderThumbnails, spec }
})

describe('createThumbnails', () => {
  it('makes one rendition of each configured size', async () => {
    store.uploads.set('a b.jpg', await photo())

    const outcome = await create({ key: 'a b.jpg' })

    expect(outcome).toEqual({ type: 'done', detail: '64 32' })
    expect([...store.thumbnails.keys()]).toEqual(['a%20b.jpg@64.webp', 'a%20b.jpg@32.webp'])
  })

  it('says in each rendition what it was made from', async () => {
    store.uploads.set('photo.jpg', await photo())

    await create({ sequencer: '0aF' })

    expect(store.thumbnails.get('photo.jpg@64.webp')).toMatchObject({
      width: 64,
      height: 48,
      origin: { sourceETag: expect.stringMatching(/^"\w{32}"$/), order: '0AF'.padEnd(32, '0') },
    })
  })

  it('leaves up-to-date renditions alone when an event is repeated', async () => {
    store.uploads.set('photo.jpg', await photo())
    const first = await create()
    const made = [...store.thumbnails.values()]

    const second = await create()

    expect(second).toEqual(first)
    expect([...store.thumbnails.values()].every((rendition, index) => rendition === made[index])).toBe(true)
  })

  it('looks at the object, not at the event: a late "created" of a removed object makes nothing', async () => {
    const outcome = await create({ eventName: 'ObjectCreated:Put' })

    expect(outcome).toEqual({ type: 'skipped', reason: 'gone' })
  })

  it('looks at the object, not at the event: the removal of an old version keeps the renditions', async () => {
    store.uploads.set('photo.jpg', await photo())

    const outcome = await create({ eventName: 'ObjectRemoved:Delete', versionId: 'old' })

    expect(outcome.type).toBe('done')
    expect(store.thumbnails.size).toBe(2)
  })

  it('removes everything under the prefix with the object, sizes of former settings too, and nothing else', async () => {
    for (const key of ['photo.jpg', 'photo.jpg2']) {
      store.uploads.set(key, await photo())
      await create({ key })
    }
    await createWith({ ...spec, sizes: [48] })
    store.uploads.delete('photo.jpg')

    const outcome = await create({ eventName: 'ObjectRemoved:Delete' })

    expect(outcome).toEqual({ type: 'done', detail: 'removed 3' })
    expect([...store.thumbnails.keys()]).toEqual(['photo.jpg2@64.webp', 'photo.jpg2@32.webp'])
  })

  it('replaces the renditions when the object is replaced', async () => {
    store.uploads.set('photo.jpg', await photo(200, 150))
    await create()
    store.uploads.set('photo.jpg', await photo(150, 200))

    await create()

    expect(widths()).toEqual([48, 24])
  })

  it('removes the renditions when the object is no image any more', async () => {
    store.uploads.set('photo.jpg', await photo())
    await create()
    store.uploads.set('photo.jpg', Buffer.from('hello'))

    const outcome = await create()

    expect(outcome).toEqual({ type: 'rejected', reason: 'not an image that we know, though named .jpg' })
    expect(store.thumbnails.size).toBe(0)
  })

  it('makes them again, and tidies up, when the settings have changed', async () => {
    store.uploads.set('photo.jpg', await photo())
    await create()

    await createWith({ ...spec, sizes: [64, 16] })

    expect([...store.thumbnails.keys()]).toEqual(['photo.jpg@64.webp', 'photo.jpg@16.webp'])
  })

  it('repairs on a replay what a crash or a new setting left behind', async () => {
    store.uploads.set('photo.jpg', await photo())
    await create()
    await createWith({ ...spec, sizes: [48] })
    store.uploads.set('photo.jpg', Buffer.from('%PDF-'))

    await create({ sequencer: null })

    expect(store.thumbnails.size).toBe(0)
  })

  it.each([
    ['notes.txt', 'hello', { type: 'skipped', reason: 'not an image' }],
    ['folder.jpg/', '', { type: 'skipped', reason: 'a folder marker' }],
    ['empty.jpg', '', { type: 'rejected', reason: 'empty file' }],
    ['logo.svg', '<svg/>', { type: 'rejected', reason: 'SVG is not supported' }],
    ['torn.jpg', '\xff\xd8\xff', { type: 'rejected', reason: 'truncated JPEG' }],
  ])('gives %s a typed outcome and no renditions', async (key, bytes, expected) => {
    store.uploads.set(key, Buffer.from(bytes, 'latin1'))

    const outcome = await create({ key })

    expect(outcome).toEqual(expected)
    expect(store.thumbnails.size).toBe(0)
  })

  it('does not download an object over the byte limit', async () => {
    const source = openBytes({ key: 'photo.jpg', eTag: '"x"', size: 200_000_000 }, await photo())
    let bytesRead = 0
    store.openSource = async () => ({
      ...source,
      async read(into) {
        bytesRead += into.length
        await source.read?.(into)
      },
    })

    const outcome = await create()

    expect(outcome).toEqual({ type: 'rejected', reason: '200 MB is over the limit of 100 MB' })
    expect(bytesRead).toBeLessThan(10_000)
  })

  it('skips an archived object', async () => {
    store.uploads.set('photo.jpg', await photo())
    store.archived.add('photo.jpg')

    expect(await create()).toEqual({ type: 'skipped', reason: 'archived' })
  })

  it('keeps what was made of an archived object, though the settings have changed: it cannot be made again', async () => {
    store.uploads.set('photo.jpg', await photo())
    await create()
    store.archived.add('photo.jpg')

    const outcome = await createWith({ ...spec, sizes: [64, 16] })

    expect(outcome).toEqual({ type: 'skipped', reason: 'archived' })
    expect(widths()).toEqual([64, 32])
  })

  it('removes what was made of an older object when the object is archived', async () => {
    store.uploads.set('photo.jpg', await photo())
    await create()
    store.uploads.set('photo.jpg', await photo(150, 200))
    store.archived.add('photo.jpg')

    await create()

    expect(store.thumbnails.size).toBe(0)
  })

  it('skips annotations without a look', async () => {
    store.openSource = async () => {
      throw new Error('looked')
    }

    const outcome = await create({ eventName: 'ObjectTagging:Put', sequencer: null })

    expect(outcome).toEqual({ type: 'skipped', reason: 'not a change of the object' })
  })

  it('throws, to be tried later, when the object changes faster than it can be rendered', async () => {
    let uploads = 0
    const upload = async () => store.uploads.set('photo.jpg', await photo(200 + ++uploads))
    await upload()
    deps.render = async (...args) => {
      await upload()
      return renderThumbnails(...args)
    }

    await expect(create()).rejects.toThrow('cannot settle the thumbnails of photo.jpg')
  })

  it.each([64, 32])('starts over when somebody has put a rendition of %i px in its place meanwhile', async (size) => {
    store.uploads.set('photo.jpg', await photo())
    const foreign = { key: `photo.jpg@${size}.webp`, size, width: 1, height: 1, data: Buffer.from('foreign') }
    deps.render = async (...args) => {
      store.thumbnails.set(foreign.key, { ...foreign, origin: { sourceETag: '"old"', spec: 'old' } })
      deps.render = renderThumbnails
      return renderThumbnails(...args)
    }

    await create()

    expect(widths()).toEqual(expect.arrayContaining([64, 32]))
  })

  it('does not put older renditions over newer ones, not even for a moment', async () => {
    store.uploads.set('photo.jpg', await photo(200, 150))
    const writtenWidths: number[] = []
    const { putRendition } = store
    store.putRendition = async (rendition, replaces) => {
      const isWritten = await putRendition(rendition, replaces)
      if (isWritten) writtenWidths.push(rendition.width)
      return isWritten
    }
    const slow: ThumbnailDeps['render'] = async (...args) => {
      store.uploads.set('photo.jpg', await photo(150, 200))
      await create()
      return renderThumbnails(...args)
    }

    await createThumbnails(buildObjectEvent(), { ...deps, render: slow }, { attempt: 1 })

    expect(writtenWidths).toEqual([48, 24])
  })

  it('looks at everything under the prefix when an earlier try may have died', async () => {
    store.uploads.set('photo.jpg', await photo())
    await createWith({ ...spec, sizes: [48] })
    store.uploads.set('photo.jpg', Buffer.from('%PDF-'))

    await createThumbnails(buildObjectEvent(), deps, { attempt: 2 })

    expect(store.thumbnails.size).toBe(0)
  })

  it('removes what an upload beside a removal has left of an object that is no image now', async () => {
    store.uploads.set('photo.jpg', await photo())
    await create()
    store.thumbnails.delete('photo.jpg@64.webp')
    store.uploads.set('photo.jpg', Buffer.from('%PDF-'))

    await create()

    expect(store.thumbnails.size).toBe(0)
  })

  it('throws what the store throws, with no rendition half there as up to date', async () => {
    store.uploads.set('photo.jpg', await photo())
    const { putRendition } = store
    store.putRendition = async (rendition, replaces) => {
      if (rendition.size === 32) throw new Error('SlowDown')
      return putRendition(rendition, replaces)
    }
    await expect(create()).rejects.toThrow('SlowDown')
    store.putRendition = putRendition

    const outcome = await create()

    expect(outcome.type).toBe('done')
    expect(widths()).toEqual([64, 32])
  })
})

function create(overrides: EventOverrides = {}) {
  return createThumbnails(buildObjectEvent(overrides), deps, { attempt: 1 })
}

function createWith(other: RenditionSpec) {
  return createThumbnails(buildObjectEvent(), { ...deps, spec: other }, { attempt: 1 })
}

function photo(width = 200, height = 150): Promise<Buffer> {
  return buildImage(width, height).jpeg().toBuffer()
}

function widths(): number[] {
  return [...store.thumbnails.values()].map(({ width }) => width)
}
