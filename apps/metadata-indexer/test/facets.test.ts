import { buildObjectEvent } from '@fanout/event-parsing/testing'
import type { FileMetadata } from '@fanout/schemas'
import { expect, test } from 'vitest'
import { indexObject } from '../src/index-object.ts'
import { createMemoryIndex, createMemoryObjects } from '../src/testing/index.ts'

test('a photo is found by its camera and by its day', async () => {
  const row = await rowOf({ make: 'NIKON CORPORATION', model: 'NIKON D90', dateTimeOriginal: '2008-05-30T15:56:01' })

  expect(row).toMatchObject({ camera: 'Nikon D90', dayTaken: '2008-05-30' })
})

test('a file of which neither is known is in neither index', async () => {
  const row = await rowOf({ mime: 'text/plain' })

  expect(row).not.toHaveProperty('camera')
  expect(row).not.toHaveProperty('dayTaken')
})

async function rowOf(metadata: FileMetadata) {
  const [objects, index] = [createMemoryObjects(), createMemoryIndex()]
  objects.put('photo.jpg', 'bytes')
  await indexObject(buildObjectEvent(), { objects, index, readMetadata: async () => metadata, now: () => 0 })
  return index.rows.get('photo.jpg')
}
