import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import metadata from '../commands.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metadata-'))
})

afterAll(() => rm(folder, { recursive: true }))

describe('fanout metadata', () => {
  it('answers every fact of a file, null where it is absent', async () => {
    const result = await metadata.run(await photo())

    expect(result).toEqual({
      format: 'jpeg',
      mime: 'image/jpeg',
      width: 300,
      height: 200,
      orientation: 6,
      make: 'Canon',
      model: null,
      lens: null,
      dateTimeOriginal: null,
      offset: null,
      gps: null,
      exposureSeconds: null,
      fNumber: null,
      iso: null,
      focalLengthMm: null,
      colorSpace: 'Uncalibrated',
      iccProfile: expect.any(String),
      size: expect.any(Number),
    })
  })

  it('says it in a few words to a person', async () => {
    expect(metadata.describe(await metadata.run(await photo()))).toBe('Canon 300x200')
    expect(metadata.describe(await metadata.run(await file('notes.txt', 'hello')))).toBe('text/plain')
    expect(metadata.describe(await metadata.run(await file('empty.jpg', '')))).toBe('empty')
  })

  it('reads a large file in parts', async () => {
    const pixels = await sharp({ create: { width: 700, height: 700, channels: 3, background: 'red' } })
      .tiff({ compression: 'none' })
      .toBuffer()

    expect(await metadata.run(await file('large.tif', pixels))).toMatchObject({
      format: 'tiff',
      width: 700,
      height: 700,
    })
  })

  it('throws for what is no file', async () => {
    await expect(metadata.run(folder)).rejects.toThrow('it is not a file')
    await expect(metadata.run(join(folder, 'missing.jpg'))).rejects.toThrow('ENOENT')
  })
})

async function file(name: string, content: Buffer | string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

async function photo(): Promise<string> {
  const image = sharp({ create: { width: 300, height: 200, channels: 3, background: 'red' } })
  return file(
    'photo.jpg',
    await image
      .withMetadata({ orientation: 6, exif: { IFD0: { Make: 'Canon' } } })
      .jpeg()
      .toBuffer(),
  )
}
