import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { writeSampleImages } from '../../src/main-job/sample-images.ts'

let samples: Map<string, Buffer>

beforeAll(async () => {
  samples = await readSamples()
})

test('are the same bytes every time', async () => {
  expect(await readSamples()).toEqual(samples)
})

test('hold what a camera writes', async () => {
  const { exif, orientation, width, height } = await sharp(samples.get('tower upright.jpg')).metadata()

  expect({ orientation, width, height }).toEqual({ orientation: 6, width: 1800, height: 1200 })
  expect(exif?.includes('Sample Phone')).toBe(true)
  expect(exif?.includes('2026:06:12 17:40:31')).toBe(true)
})

test('hold an image with transparency', async () => {
  expect(await sharp(samples.get('logo.png')).metadata()).toMatchObject({ format: 'png', hasAlpha: true })
})

test('hold a photo that is cut off', async () => {
  await expect(sharp(samples.get('torn.jpg'), { failOn: 'truncated' }).toBuffer()).rejects.toThrow('VipsJpeg')
})

async function readSamples(): Promise<Map<string, Buffer>> {
  const paths = await writeSampleImages(await mkdtemp(join(tmpdir(), 'fanout-samples-')))
  return new Map(await Promise.all(paths.map(async (path) => [basename(path), await readFile(path)] as const)))
}
