import { buildObjectEvent, type EventOverrides } from '@fanout/event-parsing/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { indexObject, type IndexDeps } from '../src/index-object.ts'
import { readMetadata } from '../src/read-metadata.ts'
import { createMemoryIndex, createMemoryObjects, type MemoryIndex, type MemoryObjects } from '../src/testing/index.ts'

const NOW = Date.parse('2026-01-21T23:21:01.000Z')
let objects: MemoryObjects
let index: MemoryIndex
let deps: IndexDeps

beforeEach(() => {
  objects = createMemoryObjects()
  index = createMemoryIndex()
  deps = { objects, index, readMetadata, now: () => NOW }
})

describe('indexObject', () => {
  it('keeps one row of an object: what S3 says of it and what its bytes say', async () => {
    objects.put('a b.txt', 'hello', { declaredType: 'text/markdown', versionId: 'v1' })

    const outcome = await run({ key: 'a b.txt', sequencer: '0aF' })

    expect(outcome).toEqual({ type: 'done', detail: 'text/plain' })
    expect(index.rows.get('a b.txt')).toEqual({
      objectKey: 'a b.txt',
      deleted: false,
      order: '0AF'.padEnd(32, '0'),
      revision: expect.any(String),
      indexedAt: '2026-01-21T23:21:01.000Z',
      eTag: '5d41402abc4b2a76b9719d911017c592',
      size: 5,
      versionId: 'v1',
      lastModified: expect.any(String),
      declaredType: 'text/markdown',
      format: 'text',
      mime: 'text/plain',
      extractor: expect.any(Number),
    })
  })
})

function run(overrides: EventOverrides = {}) {
  return indexObject(buildObjectEvent(overrides), deps)
}
