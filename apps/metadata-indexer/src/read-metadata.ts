import { FileMetadata } from '@fanout/schemas'
import { readExif } from './exif/read-exif.ts'
import type { FileBytes } from './file-bytes.ts'
import { viewFile } from './file-view.ts'
import type { ImageHeader, ReadHeader } from './formats/image-header.ts'
import { readGif } from './formats/read-gif.ts'
import { readHeif } from './formats/read-heif.ts'
import { readJpeg } from './formats/read-jpeg.ts'
import { readPng } from './formats/read-png.ts'
import { readTiff } from './formats/read-tiff.ts'
import { readWebp } from './formats/read-webp.ts'
import { iccProfileName } from './icc-profile-name.ts'
import { sniffType } from './sniff-type.ts'

/** Raise it when the same bytes begin to give other metadata: a replay then reads them again. */
export const EXTRACTOR = 1

const READERS: Readonly<Record<string, ReadHeader>> = {
  jpeg: readJpeg,
  png: readPng,
  gif: readGif,
  webp: readWebp,
  tiff: readTiff,
  cr2: readTiff,
  avif: readHeif,
  heic: readHeif,
  heif: readHeif,
}

/**
 * What the bytes of a file say of it. Nothing is decoded or decompressed but headers, and the reads are few and bounded,
 * however large or hostile the file is: what cannot be read is absent.
 * @throws what `file.read` throws, and nothing else
 */
export async function readMetadata(file: FileBytes): Promise<FileMetadata> {
  const type = sniffType(file.start)
  const metadata: FileMetadata = { ...type }
  const readHeader = type && READERS[type.format]
  if (!readHeader) return metadata

  const header: ImageHeader = {}
  await asFarAsReadable(() => readHeader(viewFile(file), header))
  const { width, height, exif, icc } = header
  if (isSize(width) && isSize(height)) Object.assign(metadata, { width, height })
  if (exif) await asFarAsReadable(() => readExif(exif, metadata))
  if (icc) await asFarAsReadable(async () => void (metadata.iccProfile = iccProfileName(icc)))
  return FileMetadata.parse(Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined)))
}

// Buffers throw a RangeError at bytes that are not there, and so do we: the file is broken, and a retry would not mend it.
async function asFarAsReadable(read: () => Promise<void>): Promise<void> {
  try {
    await read()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
}

function isSize(pixels: number | undefined): boolean {
  return Number.isSafeInteger(pixels) && pixels !== undefined && pixels > 0
}
