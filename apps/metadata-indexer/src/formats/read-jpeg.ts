import type { FileView } from '../file-view.ts'
import { hasExifName, viewExif, type ImageHeader, type ReadHeader } from './image-header.ts'

const APP1 = 0xe1
const APP2 = 0xe2
const SOS = 0xda
const EOI = 0xd9
// SOF0 to SOF15 but DHT, JPG and DAC, which share their range
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
const hasNoLength = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)

const ICC_NAME = 'ICC_PROFILE\0'

/** Marker by marker up to the pixels. @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf Annex B */
export const readJpeg: ReadHeader = async (view, found) => {
  for (let offset = 2; offset < view.size;) {
    const head = await view.bytes(offset, 4)
    const marker = head.readUInt8(1)
    if (head[0] !== 0xff || marker === 0 || marker === 0xff) {
      // a marker may be led by any number of 0xff, and some writers leave stray bytes between segments
      offset += await distanceToMarker(view, offset)
      continue
    }
    if (marker === SOS || marker === EOI) return
    const length = hasNoLength(marker) ? 0 : head.readUInt16BE(2)
    if (isFrame(marker) || marker === APP1 || marker === APP2) {
      takeSegment(marker, await view.bytes(offset + 4, length - 2), found)
    }
    offset += 2 + length
  }
}

async function distanceToMarker(view: FileView, offset: number): Promise<number> {
  const bytes = await view.bytes(offset, 4096)
  const distance = bytes.indexOf(0xff, 1)
  return distance === -1 ? bytes.length : distance
}

function takeSegment(marker: number, segment: Buffer, found: ImageHeader): void {
  if (isFrame(marker)) {
    found.height ??= segment.readUInt16BE(1)
    found.width ??= segment.readUInt16BE(3)
    return
  }
  if (marker === APP1 && hasExifName(segment)) found.exif ??= viewExif(segment)
  // the first of its parts is enough: the name stands at the beginning
  if (marker === APP2 && segment.toString('latin1', 0, 12) === ICC_NAME) found.icc ??= segment.subarray(14)
}
