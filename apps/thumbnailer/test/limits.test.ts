import type { Metadata } from 'sharp'
import { describe, expect, it } from 'vitest'
import { refusePixels } from '../src/limits.ts'

const header = (overrides: Partial<Metadata>) =>
  ({ format: 'png', depth: 'uchar', isProgressive: false, height: 1e6, width: 50, ...overrides }) as Metadata

describe('refusePixels', () => {
  it.each<[string, number, Partial<Metadata>]>([
    ['a baseline JPEG', 120, { format: 'jpeg' }],
    ['a progressive JPEG', 100, { format: 'jpeg', isProgressive: true }],
    ['a PNG', 50, {}],
    ['an interlaced PNG', 25, { isProgressive: true }],
    ['a 16-bit image', 25, { depth: 'ushort' }],
    ['AVIF', 25, { format: 'heif' }],
    ['10-bit AVIF', 15, { format: 'heif', depth: 'ushort' }],
    ['a TIFF of floating-point numbers', 12, { format: 'tiff', depth: 'float' }],
  ])('lets %s have up to %i MP', (_, megapixels, overrides) => {
    expect(refusePixels(header({ ...overrides, width: megapixels }))).toBeUndefined()
    expect(refusePixels(header({ ...overrides, width: megapixels + 1 }))).toBe(
      `${megapixels + 1} MP is over the limit of ${megapixels} MP`,
    )
  })
})
