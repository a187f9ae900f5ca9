import { describe, expect, it } from 'vitest'
import { readExif } from '../../src/exif/read-exif.ts'
import { viewBuffer } from '../../src/file-view.ts'
import { buildTiff, type Directory, type FieldValue, type TiffOptions } from '../build-tiff.ts'

const short = (...values: number[]): FieldValue => ({ type: 3, values })
const fraction = (...values: number[]): FieldValue => ({ type: 5, values })

describe('readExif', () => {
  it.each([true, false])('reads what the index keeps, little-endian: %s', async (isLittle) => {
    const found = await read(
      {
        0x010f: 'NIKON CORPORATION',
        0x0110: 'NIKON D90',
        0x0112: short(6),
        0x8769: {
          0x829a: fraction(1, 30),
          0x829d: fraction(32, 10),
          0x8827: short(250),
          0x9003: '2011:04:25 01:55:30',
          0x9011: '+02:00',
          0x920a: fraction(240, 10),
          0xa001: short(1),
          0xa434: 'AF-S 18-105mm',
        },
        0x8825: {
          1: 'N',
          2: fraction(43, 1, 28, 1, 281400, 10000),
          3: 'W',
          4: fraction(11, 1, 53, 1, 645599999, 100000000),
        },
      },
      { isLittle },
    )

    expect(found).toEqual({
      make: 'NIKON CORPORATION',
      model: 'NIKON D90',
      orientation: 6,
      exposureSeconds: 0.0333333,
      fNumber: 3.2,
      iso: 250,
      dateTimeOriginal: '2011-04-25T01:55:30',
      offset: '+02:00',
      focalLengthMm: 24,
      colorSpace: 'sRGB',
      lens: 'AF-S 18-105mm',
      gps: { lat: 43.474483, lon: -11.885127 },
    })
  })

  it.each<[string, FieldValue, string | undefined]>([
    ['blanks at the end', 'SONY      ', 'SONY'],
    ['nothing but blanks', '          ', undefined],
    ['bytes behind its end', 'Canon\0garbage', 'Canon'],
    ['control characters', 'Ca\nnon', 'Ca non'],
    ['UTF-8', { type: 129, values: [...Buffer.from('Ünïcode')] }, 'Ünïcode'],
    ['Latin-1', { type: 7, values: [0xdc, 0x6e] }, 'Ün'],
    ['numbers', { type: 3, values: [1, 2, 3] }, undefined],
    ['1,000 characters', 'x'.repeat(1000), 'x'.repeat(64)],
  ])('takes a make of %s for what it is', async (_, make, expected) => {
    expect((await read({ 0x010f: make })).make).toBe(expected)
  })

  it.each([0, 9, 65535])('leaves out the orientation %i', async (orientation) => {
    expect((await read({ 0x0112: short(orientation) })).orientation).toBeUndefined()
  })

  it.each([
    ['2008-05-30T15:56:01', '2008:05:30 15:56:01'],
    ['2099-09-29T10:10:10', '2099:09:29 10:10:10'],
    ['2008-05-30T15:56:01', '2008-05-30 15:56:01'],
    [undefined, '0000:00:00 00:00:00'],
    [undefined, '    :  :     :  :  '],
    [undefined, '2008:02:30 15:56:01'],
    [undefined, '2008:13:01 15:56:01'],
    [undefined, '2008:05:30 25:00:00'],
    [undefined, '2008:05:30'],
    [undefined, 'yesterday'],
  ])('says %s of a photo taken at %s', async (expected, text) => {
    expect((await read({ 0x8769: { 0x9003: text } })).dateTimeOriginal).toBe(expected)
  })

  it.each([
    ['-11:30', '-11:30'],
    [undefined, '+15:00'],
    [undefined, '+02:61'],
    [undefined, 'CET'],
  ])('says %s of the zone %s', async (expected, text) => {
    expect((await read({ 0x8769: { 0x9003: '2008:05:30 15:56:01', 0x9011: text } })).offset).toBe(expected)
  })

  it('has no zone without a time', async () => {
    expect((await read({ 0x8769: { 0x9011: '+02:00' } })).offset).toBeUndefined()
  })

  it.each<[string, Directory]>([
    ['a fraction over zero', { 1: 'N', 2: fraction(0, 0, 0, 0, 0, 0), 3: 'E', 4: fraction(1, 1, 0, 1, 0, 1) }],
    ['more than 90 degrees', { 1: 'N', 2: fraction(0xffffffff, 1), 3: 'E', 4: fraction(1, 1) }],
    ['more than 180 degrees', { 1: 'N', 2: fraction(1, 1), 3: 'E', 4: fraction(181, 1) }],
    ['more than 60 minutes', { 1: 'N', 2: fraction(1, 1, 61, 1, 0, 1), 3: 'E', 4: fraction(1, 1) }],
    ['negative degrees', { 1: 'N', 2: { type: 10, values: [-1, 1] }, 3: 'E', 4: fraction(1, 1) }],
    ['no direction', { 2: fraction(1, 1), 4: fraction(1, 1) }],
    ['a direction that is none', { 1: 'X', 2: fraction(1, 1), 3: 'E', 4: fraction(1, 1) }],
    ['no longitude', { 1: 'N', 2: fraction(1, 1) }],
    ['nothing', {}],
  ])('leaves out a place of %s', async (_, place) => {
    expect((await read({ 0x010f: 'Make', 0x8825: place })).gps).toBeUndefined()
  })

  it('takes degrees without minutes, and south', async () => {
    const place = { 1: 'S', 2: fraction(335, 10), 3: 'E', 4: fraction(151, 1, 12, 1) }

    expect((await read({ 0x8825: place })).gps).toEqual({ lat: -33.5, lon: 151.2 })
  })

  it.each([
    ['exposureSeconds', 0x829a, fraction(1, 0)],
    ['fNumber', 0x829d, fraction(0, 1)],
    ['iso', 0x8827, short(0)],
    ['focalLengthMm', 0x920a, fraction(0, 10)],
    ['colorSpace', 0xa001, short(7)],
  ] as const)('leaves out %s when it cannot be', async (name, tag, value) => {
    expect((await read({ 0x8769: { [tag]: value } }))[name]).toBeUndefined()
  })

  it('keeps what stands before a directory that points out of the file', async () => {
    const lost = { type: 4 as const, values: [0xfffffff0] }

    expect(await read({ 0x010f: 'Canon', 0x8769: lost, 0x8825: lost })).toEqual({ make: 'Canon' })
  })

  it('leaves out a text that points out of the file', async () => {
    const exif = buildTiff({ 0x010f: 'a long enough make', 0x0110: 'EOS' })

    expect(await readBlock(exif.subarray(0, -1))).toEqual({ model: 'EOS' })
  })

  it.each(['', 'II', 'XX*\0\x08\0\0\0', 'II+\0'])(
    'throws a RangeError for what is no TIFF structure: %j',
    async (text) => {
      await expect(readBlock(Buffer.from(text, 'latin1'))).rejects.toThrow(RangeError)
    },
  )

  it('is not impressed by a bomb: 5,000 fields of 65,000 values each in 65 kB', async () => {
    const field = Buffer.from('0f010100e8fd000000000000', 'hex')
    const bomb = Buffer.concat([Buffer.from('49492a00080000008813', 'hex'), ...Array<Buffer>(5000).fill(field)])
    const before = process.cpuUsage()

    await readBlock(Buffer.concat([bomb, Buffer.alloc(6000)]))

    expect(process.cpuUsage(before).user).toBeLessThan(500_000)
  })
})

const read = (image: Directory, options?: TiffOptions) => readBlock(buildTiff(image, options))

async function readBlock(exif: Buffer) {
  const found = {}
  await readExif(viewBuffer(exif), found)
  return JSON.parse(JSON.stringify(found))
}
