import { inflateSync } from 'node:zlib'
import { viewExif, type ReadHeader } from './image-header.ts'

const MAX_PROFILE = 1024 * 1024

/** Chunk by chunk up to the pixels, and on if that costs no further read. @see https://www.w3.org/TR/png-3/#5Chunk-layout */
export const readPng: ReadHeader = async (view, found) => {
  let isPastHeader = false
  for (let offset = 8; offset < view.size && !(isPastHeader && !view.has(offset, 8));) {
    const head = await view.bytes(offset, 8)
    const length = head.readUInt32BE(0)
    const type = head.toString('latin1', 4, 8)
    const data = () => view.bytes(offset + 8, length)
    if (type === 'IHDR') {
      const header = await data()
      found.width = header.readUInt32BE(0)
      found.height = header.readUInt32BE(4)
    }
    if (type === 'eXIf') found.exif ??= viewExif(await data())
    if (type === 'iCCP') found.icc ??= inflateProfile(await data())
    isPastHeader ||= type === 'IDAT'
    offset += 12 + length
  }
}

// a name, a zero, the method, then the profile
function inflateProfile(chunk: Buffer): Buffer | undefined {
  try {
    return inflateSync(chunk.subarray(chunk.indexOf(0) + 2), { maxOutputLength: MAX_PROFILE })
  } catch {
    return undefined
  }
}
