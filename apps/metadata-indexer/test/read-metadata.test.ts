import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { FIRST_BYTES } from '../src/file-bytes.ts'
import { readMetadata } from '../src/read-metadata.ts'
import { buildTiff } from './build-tiff.ts'
import { fileOf } from './file-of.ts'

/** Sizes, with odd ones and extreme ones. */
const SIZES = [
  [1, 1],
  [3, 7],
  [640, 480],
  [2, 5000],
] as const

const FORMATS: Record<string, (image: Sharp) => Sharp> = {
  jpeg: (image) => image.jpeg(),
  'progressive jpeg': (image) => image.jpeg({ progressive: true }),
  'cmyk jpeg': (image) => image.toColourspace('cmyk').jpeg(),
  png: (image) => image.png(),
  'interlaced png': (image) => image.png({ progressive: true }),
  'palette png': (image) => image.png({ palette: true }),
  gif: (image) => image.gif(),
  'lossy webp': (image) => image.webp(),
  'lossless webp': (image) => image.webp({ lossless: true }),
  'transparent webp': (image) => image.ensureAlpha(0.5).webp(),
  tiff: (image) => image.tiff(),
  'big tiff': (image) => image.tiff({ bigtiff: true }),
  'tiled tiff': (image) => image.tiff({ tile: true, compression: 'lzw' }),
  avif: (image) => image.avif({ effort: 0 }),
  'lossless avif': (image) => image.avif({ effort: 0, lossless: true }),
}

describe.each(Object.entries(FORMATS))('of a %s', (name, encode) => {
  it.each(SIZES)('reads the size %i x %i', async (width, height) => {
    const image = await encode(plain(width, height)).toBuffer()

    const metadata = await readMetadata(fileOf(image))

    const format = name.split(' ').at(-1)
    expect(metadata).toMatchObject({ format, mime: `image/${format}`, width, height })
  })

  it('gives the same when every piece is read on its own', async () => {
    const exif = { IFD0: { Make: 'Canon' } }
    const image = await encode(noise(100, 75).withMetadata({ exif, icc: 'p3' })).toBuffer()

    const inPieces = await readMetadata(fileOf(image, 64))

    expect(inPieces).toEqual(await readMetadata(fileOf(image)))
  })
})

// sharp writes no profile into a GIF, and no EXIF into a TIFF either
const formatsOtherThan = (pattern: RegExp) => Object.entries(FORMATS).filter(([name]) => !pattern.test(name))

it.each(formatsOtherThan(/gif/))('reads the name of the colour profile of a %s', async (_, encode) => {
  const image = await encode(plain(30, 20).withMetadata({ icc: 'p3' })).toBuffer()

  expect((await readMetadata(fileOf(image))).iccProfile).toBe('sP3C')
})

it.each(formatsOtherThan(/gif|tiff/))('reads what a camera says in a %s', async (_, encode) => {
  const exif = {
    IFD0: { Make: 'Canon', Model: 'EOS' },
    IFD2: { DateTimeOriginal: '2008:05:30 15:56:01', OffsetTimeOriginal: '+02:00' },
    IFD3: {
      GPSLatitudeRef: 'N',
      GPSLatitude: '43/1 28/1 2814/100',
      GPSLongitudeRef: 'E',
      GPSLongitude: '11/1 53/1 645/100',
    },
  }
  const image = await encode(plain(30, 20).withMetadata({ orientation: 6, exif })).toBuffer()

  expect(await readMetadata(fileOf(image))).toMatchObject({
    width: 30,
    height: 20,
    make: 'Canon',
    model: 'EOS',
    orientation: 6,
    dateTimeOriginal: '2008-05-30T15:56:01',
    offset: '+02:00',
    gps: { lat: 43.474483, lon: 11.885125 },
  })
})

describe('readMetadata', () => {
  it.each<[string, (image: Sharp) => Sharp]>([
    ['jpeg', (image) => image.jpeg({ quality: 100 })],
    ['png', (image) => image.png()],
    ['webp', (image) => image.webp({ quality: 100 })],
    ['avif', (image) => image.avif({ quality: 95, effort: 0 })],
  ])('reads a large %s in at most two more small parts', async (format, encode) => {
    const image = await encode(noise(500, 500).withMetadata({ exif: { IFD0: { Make: 'Canon' } } })).toBuffer()
    const file = fileOf(image)

    const metadata = await readMetadata(file)

    expect(image.length).toBeGreaterThan(FIRST_BYTES)
    expect(metadata).toMatchObject({ format, width: 500, height: 500, make: 'Canon' })
    expect(file.reads.length).toBeLessThanOrEqual(2)
    expect(file.reads.every(({ length }) => length <= 65_536)).toBe(true)
  })

  it('reads the EXIF of a TIFF that has its directory at the end', async () => {
    const tiff = buildTiff(
      { 0x0100: { type: 4, values: [640] }, 0x0101: { type: 3, values: [480] }, 0x010f: 'Hasselblad', 0x0110: 'H4D' },
      { isLittle: false, gap: 3_000_000 },
    )
    const file = fileOf(tiff)

    expect(await readMetadata(file)).toEqual({
      format: 'tiff',
      mime: 'image/tiff',
      width: 640,
      height: 480,
      make: 'Hasselblad',
      model: 'H4D',
    })
    expect(file.reads).toHaveLength(1)
  })

  it('does not take the preview with which a camera raw begins for the image', async () => {
    const raw = buildTiff({
      0x00fe: { type: 4, values: [1] },
      0x0100: { type: 4, values: [160] },
      0x0101: { type: 4, values: [120] },
      0x0110: 'NIKON D1',
    })

    expect(await readMetadata(fileOf(raw))).toEqual({ format: 'tiff', mime: 'image/tiff', model: 'NIKON D1' })
  })

  it('reads a JPEG with hundreds of kilobytes before its pixels', async () => {
    const [head, tail] = splitAfter(await plain(30, 20).jpeg().toBuffer(), 2)
    const segment = Buffer.alloc(2 + 65_535)
    segment.writeUInt32BE(0xffebffff)

    const file = fileOf(Buffer.concat([head, ...Array<Buffer>(9).fill(segment), tail]))

    expect(await readMetadata(file)).toMatchObject({ width: 30, height: 20 })
  })

  it.each([
    ['filling', 'ffffffff'],
    ['stray bytes', '00ff00123456'],
    ['a restart marker', 'ffd0'],
  ])('reads a JPEG with %s between its segments', async (_, hex) => {
    const jpeg = await plain(30, 20).jpeg().toBuffer()
    const [head, tail] = splitAfter(jpeg, 4 + jpeg.readUInt16BE(4))

    expect(await readMetadata(fileOf(Buffer.concat([head, Buffer.from(hex, 'hex'), tail])))).toMatchObject({
      width: 30,
    })
  })

  it('reads the EXIF of a PNG behind its pixels, where that costs no further read', async () => {
    const png = await plain(30, 20).png().toBuffer()
    const exif = buildTiff({ 0x010f: 'Canon' })
    const length = Buffer.alloc(4)
    length.writeUInt32BE(exif.length)
    const chunk = Buffer.concat([length, Buffer.from('eXIf'), exif, Buffer.alloc(4)])

    const [pixels, end] = splitAfter(png, png.length - 12)

    expect(await readMetadata(fileOf(Buffer.concat([pixels, chunk, end])))).toMatchObject({ make: 'Canon' })
    const file = fileOf(Buffer.concat([pixels, chunk, end]), 64)
    await readMetadata(file)
    expect(file.reads.length).toBeLessThanOrEqual(1)
  })

  it('gives the size of a turned HEIC or AVIF as it is encoded, since the turn is told apart', async () => {
    const avif = await plain(30, 20).avif({ effort: 0 }).toBuffer()

    const turned = turnByBox(avif)

    expect(await sharp(turned).metadata()).toMatchObject({ width: 20, height: 30 })
    expect(await readMetadata(fileOf(turned))).toMatchObject({ width: 30, height: 20 })
  })

  it('takes the profile of the tiles of a HEIC or AVIF that has none for the whole', async () => {
    const avif = await plain(30, 20).withMetadata({ icc: 'p3' }).avif({ effort: 0 }).toBuffer()
    // the properties are another item's now
    avif.writeUInt16BE(99, avif.indexOf('ipma') + 12)

    const metadata = await readMetadata(fileOf(avif))

    expect(metadata).toMatchObject({ format: 'avif', iccProfile: 'sP3C' })
    expect(metadata).not.toHaveProperty('width')
  })

  it('keeps what it found before the file turned out to be broken', async () => {
    const image = await plain(30, 20)
      .withMetadata({ exif: { IFD0: { Make: 'Canon' } } })
      .jpeg()
      .toBuffer()
    const upToFrame = image.indexOf(Buffer.from('ffc0', 'hex'))

    expect(await readMetadata(fileOf(image.subarray(0, upToFrame)))).toMatchObject({ format: 'jpeg', make: 'Canon' })
  })

  it('gives an empty file no type at all', async () => {
    expect(await readMetadata(fileOf(Buffer.alloc(0)))).toEqual({})
  })

  it('gives up a file that scatters its header, and throws nothing', async () => {
    const file = fileOf(manyChunks(10_000_000), 64)

    expect(await readMetadata(file)).toMatchObject({ format: 'webp' })
    expect(file.reads.length).toBeLessThanOrEqual(24)
  })

  it('throws what the reading throws: that is no fault of the file', async () => {
    const file = fileOf(manyChunks(1_000_000), 64)
    file.read = () => Promise.reject(new Error('SlowDown'))

    await expect(readMetadata(file)).rejects.toThrow('SlowDown')
  })
})

function plain(width: number, height: number): Sharp {
  return sharp({ create: { width, height, channels: 3, background: 'teal' } })
}

/** An image that no encoder makes small. */
function noise(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(width * height * 3)
  for (let at = 0, state = 1; at < pixels.length; at++) {
    state = (state * 48_271) % 0x7fffffff
    pixels[at] = state & 0xff
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

function splitAfter(bytes: Buffer, index: number): [Buffer, Buffer] {
  return [bytes.subarray(0, index), bytes.subarray(index)]
}

/** A WebP that promises EXIF and consists of chunks of 100 kB. */
function manyChunks(size: number): Buffer {
  const webp = Buffer.alloc(size)
  webp.write('RIFF')
  webp.write('WEBPVP8X', 8)
  webp.writeUInt32LE(10, 16)
  webp.writeUInt8(0x08, 20)
  for (let offset = 30; offset + 8 < size; offset += 100_008) {
    webp.write('ANMF', offset)
    webp.writeUInt32LE(100_000, offset + 4)
  }
  return webp
}

/** Turns the property `pixi` of an AVIF into `irot`, by 90 degrees. */
function turnByBox(avif: Buffer): Buffer {
  const turned = Buffer.from(avif)
  const pixi = turned.indexOf('pixi')
  turned.write('irot', pixi)
  turned.writeUInt8(1, pixi + 4)
  return turned
}
