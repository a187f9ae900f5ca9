import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { renderThumbnails, type Rendition } from '../src/render-thumbnails.ts'
import type { RenditionSpec } from '../src/rendition-spec.ts'
import { buildImage } from './build-image.ts'

const spec: RenditionSpec = { sizes: [1024, 512, 128], format: 'webp', quality: 80 }

describe('renderThumbnails', () => {
  it('makes every configured size, longest side first', async () => {
    const image = await buildImage(2000, 1500).jpeg().toBuffer()

    const renditions = await render(image)

    expect(shapes(renditions)).toEqual(['1024: 1024x768 webp', '512: 512x384 webp', '128: 128x96 webp'])
  })

  it('never enlarges: each size that is too large gets the image as it is', async () => {
    const image = await buildImage(300, 200).png().toBuffer()

    const renditions = await render(image)

    expect(shapes(renditions)).toEqual(['1024: 300x200 webp', '512: 300x200 webp', '128: 128x85 webp'])
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('turns an image of EXIF orientation %i upright', async (orientation) => {
    const upright = await buildImage(80, 48).png().toBuffer()
    const stored = await unturn(upright, orientation).jpeg({ quality: 100 }).withMetadata({ orientation }).toBuffer()

    const [largest] = await render(stored)

    expect(await corners(largest!.data)).toEqual(['red', 'lime', 'blue', 'white'])
  })

  it('leaves nothing of EXIF, GPS, XMP, IPTC and ICC in the output', async () => {
    const image = await buildImage(64, 64)
      .withExif({ IFD0: { Copyright: 'me' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><here/></x:xmpmeta>')
      .withIccProfile('p3')
      .jpeg()
      .toBuffer()

    const [largest] = await render(image)

    const { exif, xmp, iptc, icc, orientation } = await sharp(largest!.data).metadata()
    expect({ exif, xmp, iptc, icc, orientation }).toEqual({})
    expect(largest!.data.includes('EXIF')).toBe(false)
  })

  it.each([
    ['progressive JPEG', () => buildImage(90, 60).jpeg({ progressive: true }).toBuffer()],
    ['CMYK JPEG', () => buildImage(90, 60).toColourspace('cmyk').jpeg().toBuffer()],
    ['grey JPEG', () => buildImage(90, 60).greyscale().jpeg().toBuffer()],
    ['16-bit PNG', () => buildImage(90, 60).toColourspace('rgb16').png().toBuffer()],
    ['interlaced palette PNG', () => buildImage(90, 60).png({ palette: true, progressive: true }).toBuffer()],
    ['transparent PNG', () => buildImage(90, 60).ensureAlpha(0.5).png().toBuffer()],
    ['GIF', () => buildImage(90, 60).gif().toBuffer()],
    ['TIFF', () => buildImage(90, 60).tiff().toBuffer()],
    ['WebP', () => buildImage(90, 60).webp().toBuffer()],
    ['AVIF', () => buildImage(90, 60).avif({ effort: 0 }).toBuffer()],
  ])('decodes a %s to sRGB', async (_, image) => {
    const renditions = await render(await image())

    const { space, depth, width, height } = await sharp(renditions[0]!.data).metadata()
    expect({ space, depth, width, height }).toEqual({ space: 'srgb', depth: 'uchar', width: 90, height: 60 })
  })

  it('shows the first frame of an animation', async () => {
    const frames = await Promise.all(['red', 'lime'].map((background) => plain(background).png().toBuffer()))
    const animation = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer()

    const [largest] = await render(animation)

    expect((await sharp(largest!.data).metadata()).pages).toBeUndefined()
    expect((await corners(largest!.data))[0]).toBe('red')
  })

  it('shows the first frame of an animation that is torn in a later one', async () => {
    const frames = await Promise.all(['red', 'lime'].map((background) => plain(background).png().toBuffer()))
    const animation = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer()

    const [largest] = await render(animation.subarray(0, animation.length - 9))

    expect((await corners(largest!.data))[0]).toBe('red')
  })

  it.each(['jpeg', 'avif'] as const)('can encode as %s', async (format) => {
    const image = await buildImage(60, 40).ensureAlpha(0.5).png().toBuffer()

    const result = await renderThumbnails(image, 'a.png', { sizes: [32], format, quality: 60 })

    expect(result).toMatchObject({ type: 'rendered', renditions: [{ size: 32, width: 32, height: 21 }] })
  })

  it('rejects a truncated JPEG', async () => {
    const image = await buildImage(400, 400).jpeg().toBuffer()

    const result = await renderThumbnails(image.subarray(0, image.length / 2), 'torn.jpg', spec)

    expect(result).toEqual({ type: 'rejected', reason: 'truncated JPEG' })
  })

  it('rejects an image whose header is fine and whose pixels are not', async () => {
    const image = await buildImage(400, 400).png().toBuffer()

    const result = await renderThumbnails(image.fill(0, 200, 220), 'a.png', spec)

    expect(result).toEqual({ type: 'rejected', reason: 'corrupt PNG (vipspng: libpng read error)' })
  })

  it('rejects too many pixels from the header, without decoding', async () => {
    const image = claim(await buildImage(9, 9).png().toBuffer(), 12_000, 12_000)

    const result = await renderThumbnails(image, 'huge.png', spec)

    expect(result).toEqual({ type: 'rejected', reason: '144 MP is over the limit of 50 MP' })
  })

  it('rejects SVG before anything reads it, and skips what is no image', async () => {
    const svg = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')

    expect(await renderThumbnails(svg, 'a.png', spec)).toEqual({ type: 'rejected', reason: 'SVG is not supported' })
    expect(await renderThumbnails(Buffer.from('hello'), 'notes.txt', spec)).toEqual({
      type: 'skipped',
      reason: 'not an image',
    })
  })

  it('leaves sharp unable to load SVG, or anything from a path', async () => {
    await expect(sharp(Buffer.from('<svg width="9" height="9"/>')).metadata()).rejects.toThrow('unsupported')
    await expect(sharp(import.meta.filename).metadata()).rejects.toThrow('unsupported')
  })
})

async function render(image: Buffer): Promise<Rendition[]> {
  const result = await renderThumbnails(image, 'a.jpg', spec)
  if (result.type !== 'rendered') throw new Error(result.reason)
  return result.renditions
}

/** Makes a PNG's header say another size than it has. */
function claim(png: Buffer, width: number, height: number): Buffer {
  png.writeUInt32BE(width, 16)
  png.writeUInt32BE(height, 20)
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
  return png
}

function shapes(renditions: Rendition[]): string[] {
  return renditions.map(({ size, width, height, data }) => {
    const format = data.toString('latin1', 8, 12) === 'WEBP' ? 'webp' : 'other'
    return `${size}: ${width}x${height} ${format}`
  })
}

function plain(background: string) {
  return sharp({ create: { width: 40, height: 40, channels: 3, background } })
}

/** The pixels as a camera stores them when a viewer has to apply this orientation. */
function unturn(upright: Buffer, orientation: number) {
  const image = sharp(upright)
  switch (orientation) {
    case 2:
      return image.flop()
    case 3:
      return image.rotate(180)
    case 4:
      return image.flip()
    case 5:
      return image.flip().rotate(90)
    case 6:
      return image.rotate(270)
    case 7:
      return image.flop().rotate(90)
    case 8:
      return image.rotate(90)
    default:
      return image
  }
}

async function corners(data: Buffer): Promise<string[]> {
  const { data: pixels, info } = await sharp(data).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number) => {
    const start = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels
    const [red = 0, green = 0, blue = 0] = pixels.subarray(start, start + 3)
    const bits = [red, green, blue].map((value) => (value > 128 ? 1 : 0)).join('')
    return { '100': 'red', '010': 'lime', '001': 'blue', '111': 'white' }[bits] ?? bits
  }
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)]
}
