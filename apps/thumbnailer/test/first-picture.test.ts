import { crc32, deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { firstPicture } from '../src/first-picture/index.ts'
import { buildImage } from './build-image.ts'

describe('firstPicture', () => {
  it('drops texts from a PNG, compressed ones too, and keeps everything else', async () => {
    const png = await buildImage(40, 30)
      .withExif({ IFD0: { Copyright: 'me' } })
      .withIccProfile('p3')
      .png()
      .toBuffer()
    const text = Buffer.concat([Buffer.from('key\0\0'), deflateSync(Buffer.alloc(20e6))])
    const bomb = Buffer.concat([png.subarray(0, 33), pngChunk('zTXt', text), pngChunk('iTXt', text), png.subarray(33)])

    expect(firstPicture(bomb)).toEqual(png)
  })

  it('does not copy a PNG for the sake of a short text', async () => {
    const png = await buildImage(40, 30).png().toBuffer()
    const commented = Buffer.concat([
      png.subarray(0, 33),
      pngChunk('tEXt', Buffer.from('Software\0x')),
      png.subarray(33),
    ])

    expect(firstPicture(commented)).toBe(commented)
  })

  it('keeps the first frame of a GIF', async () => {
    const animation = await (await animate()).gif().toBuffer()

    const picture = firstPicture(animation)

    expect(picture.length).toBeLessThan(animation.length * 0.6)
    expect((await sharp(picture).metadata()).pages).toBe(1)
    expect(await pixelsOf(picture)).toEqual(await pixelsOf(animation))
  })

  it('keeps the first frame of a WebP with its orientation and colour profile, and nothing of its XMP', async () => {
    const frames = (await animate()).withMetadata({ orientation: 6 }).withIccProfile('p3').withXmp('<x:xmpmeta/>')
    const animation = await frames.webp().toBuffer()

    const picture = firstPicture(animation)

    const { pages, orientation, icc, xmp } = await sharp(picture).metadata()
    expect({ pages: pages ?? 1, orientation, xmp }).toEqual({ pages: 1, orientation: 6, xmp: undefined })
    expect(icc).toBeDefined()
    expect(await pixelsOf(picture)).toEqual(await pixelsOf(animation))
  })

  it.each(['classic', 'big'])('keeps the first page of a %s TIFF', async (kind) => {
    const page = await buildImage(40, 30)
      .tiff({ compression: 'none', bigtiff: kind === 'big' })
      .toBuffer()
    const loop = linkLastDirectoryToFirst(page, kind === 'big')

    const picture = firstPicture(loop)

    expect(picture).toEqual(page)
    expect(loop.equals(page)).toBe(false)
  })

  it.each([
    ['PNG', () => buildImage(40, 30).png()],
    ['GIF', () => buildImage(40, 30).gif()],
    ['WebP', () => buildImage(40, 30).ensureAlpha(0.5).webp()],
    ['TIFF', () => buildImage(40, 30).tiff()],
    ['JPEG', () => buildImage(40, 30).jpeg()],
    ['AVIF', () => buildImage(40, 30).avif({ effort: 0 })],
  ])('leaves a %s with nothing but one picture as it is', async (_, build) => {
    const image = await build().toBuffer()

    expect(firstPicture(image)).toBe(image)
  })

  it.each(['png', 'gif', 'webp', 'tiff'] as const)(
    'does not fail on a torn %s, wherever it is torn',
    async (format) => {
      const image = await (await animate()).withXmp('<x:xmpmeta/>').toFormat(format).toBuffer()

      for (let length = 0; length < image.length; length += 7) {
        expect(firstPicture(image.subarray(0, length)).length).toBeLessThanOrEqual(length + 1)
      }
    },
  )
})

async function animate(): Promise<Sharp> {
  const frames = ['red', 'lime', 'blue', 'white'].map((background) =>
    sharp({ create: { width: 40, height: 40, channels: 3, background } })
      .png()
      .toBuffer(),
  )
  return sharp(await Promise.all(frames), { join: { animated: true } })
}

async function pixelsOf(image: Buffer): Promise<Buffer> {
  return await sharp(image).raw().toBuffer()
}

function pngChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length)
  chunk.write(type, 4)
  data.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}

/** libvips writes little-endian files of one directory each. */
function linkLastDirectoryToFirst(tiff: Buffer, isBig: boolean): Buffer {
  const looped = Buffer.from(tiff)
  if (isBig) {
    const first = looped.readBigUInt64LE(8)
    const entries = Number(looped.readBigUInt64LE(Number(first)))
    looped.writeBigUInt64LE(first, Number(first) + 8 + entries * 20)
    return looped
  }
  const first = looped.readUInt32LE(4)
  looped.writeUInt32LE(first, first + 2 + looped.readUInt16LE(first) * 12)
  return looped
}
