import { describe, expect, it } from 'vitest'
import { coefficientBytesPerPixel } from '../src/jpeg-coefficients.ts'
import { buildImage } from './build-image.ts'

describe('coefficientBytesPerPixel', () => {
  it.each([
    ['subsampled colours', 3, () => buildImage(40, 30).jpeg()],
    ['full colours', 6, () => buildImage(40, 30).jpeg({ chromaSubsampling: '4:4:4' })],
    ['grey', 2, () => buildImage(40, 30).toColourspace('b-w').jpeg()],
    ['CMYK', 8, () => buildImage(40, 30).toColourspace('cmyk').jpeg({ chromaSubsampling: '4:4:4' })],
    ['a profile before its header', 3, () => buildImage(40, 30).withIccProfile('p3').jpeg({ progressive: true })],
  ])('of %s is %i', async (_, expected, build) => {
    expect(coefficientBytesPerPixel(await build().toBuffer())).toBe(expected)
  })

  it('is not deceived by colours that are declared subsampled and are not', async () => {
    const jpeg = await buildImage(40, 30).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()
    const factors = jpeg.indexOf(Buffer.from('0111000211010311', 'hex'))

    for (const offset of [1, 4, 7]) jpeg[factors + offset] = 0x22

    expect(coefficientBytesPerPixel(jpeg)).toBe(6)
  })

  it('is the dearest for what has no header', () => {
    expect(coefficientBytesPerPixel(Buffer.from('ffd8ffe0000401ff', 'hex'))).toBe(8)
    expect(coefficientBytesPerPixel(Buffer.from('ffd8ffc2', 'hex'))).toBe(8)
    expect(coefficientBytesPerPixel(Buffer.alloc(0))).toBe(8)
  })
})
