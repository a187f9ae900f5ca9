import { sniffImage, SNIFF_BYTES } from '../sniff-image.ts'
import { dropLaterFrames } from './gif.ts'
import { dropTexts } from './png.ts'
import { dropLaterPages } from './tiff.ts'
import { keepPicture } from './webp.ts'

/**
 * The image file without what a thumbnail has no use for and a decoder would pay dearly for before it decodes a pixel:
 * texts, and every picture but the first. 4 MB of PNG held 4 GB of text; 48 MB of WebP with a million frames took more than
 * ten minutes (measured, sharp 0.35). What does not look like the format is left to the decoder to refuse.
 * @returns the same buffer when there is nothing to leave out; it is never changed
 */
export function firstPicture(image: Buffer): Buffer {
  const name = sniffImage(image.subarray(0, SNIFF_BYTES))?.name
  const cut = CUTS.find(([format]) => format === name)?.[1]
  return cut ? cut(image) : image
}

const CUTS: [string, (image: Buffer) => Buffer][] = [
  ['PNG', dropTexts],
  ['GIF', dropLaterFrames],
  ['WebP', keepPicture],
  ['TIFF', dropLaterPages],
]
