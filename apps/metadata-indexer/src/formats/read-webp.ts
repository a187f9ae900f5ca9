import { viewExif, type ImageHeader, type ReadHeader } from './image-header.ts'

const HAS_EXIF = 0x08

/** Chunk by chunk: EXIF stands behind the pixels. @see https://developers.google.com/speed/webp/docs/riff_container */
export const readWebp: ReadHeader = async (view, found) => {
  let hasExif = false
  for (let offset = 12; offset < view.size;) {
    const head = await view.bytes(offset, 8)
    const type = head.toString('latin1', 0, 4)
    const length = head.readUInt32LE(4)
    const data = (bytes: number) => view.bytes(offset + 8, Math.min(length, bytes))
    if (type === 'VP8X') {
      const canvas = await data(10)
      hasExif = (canvas.readUInt8(0) & HAS_EXIF) !== 0
      found.width = canvas.readUIntLE(4, 3) + 1
      found.height = canvas.readUIntLE(7, 3) + 1
    }
    if (type === 'VP8 ') takeLossy(await data(10), found)
    if (type === 'VP8L') takeLossless(await data(5), found)
    if (type === 'ICCP') found.icc ??= await data(MAX_PROFILE)
    if (type === 'EXIF') found.exif ??= viewExif(await data(length))
    const hasAll = found.width !== undefined && (found.exif !== undefined || !hasExif)
    if (hasAll && type !== 'VP8X' && type !== 'ICCP') return
    offset += 8 + length + (length % 2)
  }
}

const MAX_PROFILE = 64 * 1024

function takeLossy(frame: Buffer, found: ImageHeader): void {
  found.width ??= frame.readUInt16LE(6) & 0x3fff
  found.height ??= frame.readUInt16LE(8) & 0x3fff
}

function takeLossless(frame: Buffer, found: ImageHeader): void {
  const bits = frame.readUInt32LE(1)
  found.width ??= (bits & 0x3fff) + 1
  found.height ??= ((bits >>> 14) & 0x3fff) + 1
}
