import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findImages } from '../../src/main-job/find-images.ts'
import { keepersOf } from '../reconcile/keepers.ts'
import { startStage, type StartedStage } from '../start-stage.ts'

let started: StartedStage
let lastYear: Date
let tomorrow: Date
beforeAll(async () => {
  started = await startStage()
  lastYear = new Date(Date.now() - 365 * 24 * 3600 * 1000)
  tomorrow = new Date(Date.now() + 24 * 3600 * 1000)
  for (const [index] of started.stage.subscribers.entries()) {
    const resources = index === 0 ? { COPIES_BUCKET: 'thumbnails' } : {}
    Object.assign(started.stage.subscribers[index] ?? {}, { resources })
  }
  for (const Key of ['a.jpg@128.webp', 'a.jpg@notes.txt', 'b.jpg@128.webp']) {
    await started.stage.clients.s3.send(new PutObjectCommand({ Bucket: 'thumbnails', Key, Body: 'x' }))
  }
})
afterAll(() => started.close())

const find = async (uploads: string[], since: Date, most = 100) => {
  const images = await findImages(started.stage, keepersOf(started.stage), uploads, since, most)
  return images.map(({ key }) => key)
}

test('images that were written since then are found, once each', async () => {
  expect(await find(['b.jpg'], lastYear)).toEqual(['b.jpg@128.webp', 'a.jpg@128.webp'])
})

test('of an upload whose images were right before, the old ones are found', async () => {
  expect(await find(['a.jpg', 'text.txt'], tomorrow)).toEqual(['a.jpg@128.webp'])
})

test('no more are found than are wanted', async () => {
  expect(await find(['a.jpg'], lastYear, 1)).toHaveLength(1)
})
