import type { Metadata } from 'sharp'

// the whole file is held in memory
const MAX_BYTES = 100e6

/** Why an object of this size is too large to download, or `undefined` when it is not. */
export function refuseBytes(bytes: number): string | undefined {
  return bytes > MAX_BYTES ? `${millions(bytes)} MB is over the limit of ${millions(MAX_BYTES)} MB` : undefined
}

/** Why an image with this header is too much to decode, or `undefined` when it is not. */
export function refusePixels(header: Metadata): string | undefined {
  const pixels = header.width * header.height
  const limit = pixelLimit(header)
  return pixels > limit ? `${millions(pixels)} MP is over the limit of ${millions(limit)} MP` : undefined
}

/**
 * How many pixels fit into about 450 MB and 5 s. One number would not do: a baseline JPEG is shrunk while it is read and
 * takes next to no memory, a progressive one takes 3 bytes a pixel, AVIF 19, with 10 bits a colour 25 (measured, sharp
 * 0.35).
 */
export function pixelLimit({ format, depth, isProgressive }: Metadata): number {
  if (format === 'jpeg') return isProgressive ? 100e6 : 120e6
  if (depth !== 'uchar' && depth !== 'ushort') return 12e6
  if (format === 'heif' && depth === 'ushort') return 15e6
  if (format === 'heif' || isProgressive || depth === 'ushort') return 25e6
  return 50e6
}

function millions(count: number): number {
  return Math.ceil(count / 1e6)
}
