import type { Metadata } from 'sharp'
import { coefficientBytesPerPixel } from './jpeg-coefficients.ts'

// the whole file is held in memory
const MAX_BYTES = 100e6

/** Why an object of this size is too large to download, or `undefined` when it is not. */
export function refuseBytes(bytes: number): string | undefined {
  return bytes > MAX_BYTES ? `${millions(bytes)} MB is over the limit of ${millions(MAX_BYTES)} MB` : undefined
}

/** Why an image with this header is too much to decode, or `undefined` when it is not. */
export function refusePixels(header: Metadata, image: Buffer): string | undefined {
  const { width, height } = header
  const pixels = width * height
  const limit = pixelLimit(header, image)
  if (pixels > limit) return `${millions(pixels)} MP is over the limit of ${millions(limit)} MP`
  if (Math.max(width, height) > MAX_SIDE) return `a side of ${Math.max(width, height)} is over the limit of ${MAX_SIDE}`
  const isBomb = pixels > HARMLESS_PIXELS && pixels > image.length * MAX_PIXELS_PER_BYTE
  return isBomb ? `${millions(pixels)} MP in ${image.length} bytes is no picture` : undefined
}

// JPEG's own; libvips works in rows, and 25 million pixels in one of them took 2.6 GB
const MAX_SIDE = 65_535
// The best that PNG, GIF and JPEG do for a blank page is 8,000 pixels to the byte; WebP and AVIF do 40,000
const MAX_PIXELS_PER_BYTE = 10_000
const HARMLESS_PIXELS = 10e6

/**
 * How many pixels fit into about 450 MB and 5 s. One number would not do: a baseline JPEG is shrunk while it is read and
 * takes next to no memory, AVIF takes 19 bytes a pixel, with 10 bits a colour 25 (measured, sharp 0.35).
 */
export function pixelLimit({ format, depth, isProgressive }: Metadata, image: Buffer): number {
  if (format === 'jpeg') {
    return isProgressive ? Math.min(120e6, MAX_COEFFICIENT_BYTES / coefficientBytesPerPixel(image)) : 120e6
  }
  if (depth !== 'uchar' && depth !== 'ushort') return 12e6
  if (format === 'heif' && depth === 'ushort') return 15e6
  if (format === 'heif' || isProgressive || depth === 'ushort') return 25e6
  return 50e6
}

// 61 MP of full colour, which is what the largest cameras make
const MAX_COEFFICIENT_BYTES = 370e6

function millions(count: number): number {
  return Math.ceil(count / 1e6)
}
