import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { readMetadata } from '../src/read-metadata.ts'
import { fileOf } from './file-of.ts'

const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const
const exif = {
  IFD0: { Make: 'Canon' },
  IFD2: { DateTimeOriginal: '2008:05:30 15:56:01' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '43/1', GPSLongitudeRef: 'E', GPSLongitude: '11/1' },
}

describe.each(FORMATS)('a broken %s', (format) => {
  it('never makes readMetadata throw, read without end, or say what cannot be', async () => {
    const image = await sharp({ create: { width: 60, height: 40, channels: 3, background: 'teal' } })
      .withMetadata({ exif, icc: 'p3', orientation: 6 })
      .toFormat(format)
      .toBuffer()
    const damage = fc.record({
      at: fc.nat(Math.min(image.length, 2000) - 1),
      byte: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff),
    })

    await fc.assert(
      fc.asyncProperty(fc.array(damage, { maxLength: 6 }), fc.nat(image.length), async (damages, length) => {
        const broken = Buffer.from(image)
        for (const { at, byte } of damages) broken[at] = byte
        const file = fileOf(broken.subarray(0, length), 100)

        const { width = 1, height = 1, orientation = 1, gps = { lat: 0, lon: 0 } } = await readMetadata(file)

        expect(file.reads.length).toBeLessThanOrEqual(24)
        expect([width, height, orientation].every((number) => Number.isInteger(number) && number > 0)).toBe(true)
        expect(orientation).toBeLessThanOrEqual(8)
        expect(Math.abs(gps.lat)).toBeLessThanOrEqual(90)
        expect(Math.abs(gps.lon)).toBeLessThanOrEqual(180)
      }),
      { numRuns: 2000, seed: 3 },
    )
  })
})
