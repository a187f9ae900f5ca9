import sharp, { type Metadata } from 'sharp'
import { describe, expect, it } from 'vitest'
import { refusePixels } from '../src/limits.ts'

const header = (overrides: Partial<Metadata>) =>
  ({ format: 'png', depth: 'uchar', isProgressive: false, height: 1e4, width: 5000, ...overrides }) as Metadata

/** A file as large as honest ones are. */
const image = Buffer.alloc(100_000)

describe('refusePixels', () => {
  it.each<[string, number, Partial<Metadata>]>([
    ['a baseline JPEG', 120, { format: 'jpeg' }],
    ['a PNG', 50, {}],
    ['an interlaced PNG', 25, { isProgressive: true }],
    ['a 16-bit image', 25, { depth: 'ushort' }],
    ['AVIF', 25, { format: 'heif' }],
    ['10-bit AVIF', 15, { format: 'heif', depth: 'ushort' }],
    ['a TIFF of floating-point numbers', 12, { format: 'tiff', depth: 'float' }],
  ])('lets %s have up to %i MP', (_, megapixels, overrides) => {
    expect(refusePixels(header({ ...overrides, width: megapixels * 100 }), image)).toBeUndefined()
    expect(refusePixels(header({ ...overrides, width: megapixels * 100 + 1 }), image)).toBe(
      `${megapixels + 1} MP is over the limit of ${megapixels} MP`,
    )
  })

  it.each([
    ['4:2:0', 120],
    ['4:4:4', 62],
  ])('lets a progressive JPEG of %s have up to %i MP', async (chromaSubsampling, megapixels) => {
    const pixels = sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } })
    const jpeg = Buffer.concat([await pixels.jpeg({ progressive: true, chromaSubsampling }).toBuffer(), image])
    const progressive = { format: 'jpeg', isProgressive: true } as const

    expect(refusePixels(header({ ...progressive, width: megapixels * 100 - 100 }), jpeg)).toBeUndefined()
    expect(refusePixels(header({ ...progressive, width: megapixels * 100 + 1 }), jpeg)).toBe(
      `${megapixels + 1} MP is over the limit of ${megapixels} MP`,
    )
  })

  it('refuses a side that is too long', () => {
    expect(refusePixels(header({ width: 65_535, height: 1 }), image)).toBeUndefined()
    expect(refusePixels(header({ width: 1, height: 65_536 }), image)).toBe('a side of 65536 is over the limit of 65535')
  })

  it('refuses many pixels in next to no bytes, which no picture of anything is', () => {
    expect(refusePixels(header({}), image.subarray(0, 4000))).toBe('50 MP in 4000 bytes is no picture')
    expect(refusePixels(header({}), image.subarray(0, 5000))).toBeUndefined()
    expect(refusePixels(header({ width: 900 }), image.subarray(0, 80))).toBeUndefined()
  })
})
