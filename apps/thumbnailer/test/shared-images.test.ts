import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { renderThumbnails, type RenderResult } from '../src/render-thumbnails.ts'

const FIXTURES = join(import.meta.dirname, '../../../../shared/fixtures')
const MEGABYTE = 1e6

interface Entry {
  file: string
  expect: 'thumbnail' | 'reject-permanent' | 'no-crash'
}

const ALLOWED = { thumbnail: ['rendered'], 'reject-permanent': ['rejected'], 'no-crash': ['rendered', 'rejected'] }

// Images of many origins, hostile ones among them, kept beside the repository where they are at hand.
describe.runIf(existsSync(FIXTURES))('the shared images', () => {
  const images = readManifest().filter(({ file }) => file.startsWith('images/'))

  it.each(images)('$file: $expect', async ({ file, expect: expected }) => {
    const started = performance.now()
    const before = process.memoryUsage.rss()

    const result = await render(file)

    expect(ALLOWED[expected]).toContain(result.type)
    expect(result.type === 'rendered' ? '' : result.reason).toMatch(/^.{0,119}$/)
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(process.memoryUsage.rss() - before).toBeLessThan(512 * MEGABYTE)
    for (const { data } of result.type === 'rendered' ? result.renditions : []) {
      const { exif, xmp, iptc, icc, orientation, comments } = await sharp(data).metadata()
      expect({ exif, xmp, iptc, icc, orientation, comments }).toEqual({})
    }
  })

  it('makes all eight orientations look alike', async () => {
    const group = images.filter(({ file }) => file.startsWith('images/orientation/'))

    const pixels = await Promise.all(group.map(async ({ file }) => pixelsOf(await render(file))))

    for (const other of pixels) expect(meanDifference(pixels[0]!, other)).toBeLessThanOrEqual(8)
  })
})

function render(file: string): Promise<RenderResult> {
  const image = readFileSync(join(FIXTURES, file))
  return renderThumbnails(image, file, { sizes: [1024, 512, 128], format: 'webp', quality: 80 })
}

function readManifest(): Entry[] {
  const file = join(FIXTURES, 'manifest.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
}

async function pixelsOf(result: RenderResult): Promise<Buffer> {
  if (result.type !== 'rendered') throw new Error(result.reason)
  return sharp(result.renditions[2]!.data).raw().toBuffer()
}

function meanDifference(one: Buffer, other: Buffer): number {
  expect(other.length).toBe(one.length)
  return one.reduce((sum, value, index) => sum + Math.abs(value - (other[index] ?? 0)), 0) / one.length
}
