import readExif from 'exif-reader'
import type { FileMetadata } from '@fanout/schemas'
import sharp from 'sharp'
import type { FileBytes } from './file-bytes.ts'
import { sniffType } from './sniff-type.ts'

/** Raise it when the same bytes begin to give other metadata: a replay then reads them again. */
export const EXTRACTOR = 1

sharp.concurrency(1)
sharp.cache(false)
// Only these loaders, only from memory
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((loader) => `VipsForeignLoad${loader}Buffer`),
})

const READABLE = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'heic', 'heif'])

/** What the bytes of a file say of it. Never throws on any bytes; throws what `file.read` throws. */
export async function readMetadata(file: FileBytes): Promise<FileMetadata> {
  const type = sniffType(file.start)
  if (!type || !READABLE.has(type.format)) return { ...type }
  try {
    const { width, height, orientation, exif } = await sharp(file.start, { limitInputPixels: false }).metadata()
    const { Image } = exif && exif.length < 65_536 ? readExif(exif) : {}
    return {
      ...type,
      width,
      height,
      ...(orientation !== undefined && { orientation }),
      ...(typeof Image?.Make === 'string' && { make: Image.Make.trim() }),
      ...(typeof Image?.Model === 'string' && { model: Image.Model.trim() }),
    }
  } catch {
    return { ...type }
  }
}
