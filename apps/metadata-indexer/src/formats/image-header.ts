import { viewBuffer, type FileView } from '../file-view.ts'

/** What the header of an image tells; absent is what it does not. */
export interface ImageHeader {
  /** Pixels as encoded. */
  width?: number | undefined
  height?: number | undefined
  /** A TIFF structure. */
  exif?: FileView
  /** The beginning of the embedded colour profile. */
  icc?: Buffer | undefined
}

/**
 * Reads the header of one format into `found`, piece by piece: what was found before the file turned out to be broken is kept.
 * @throws RangeError at bytes that are not there, or make no sense
 */
export type ReadHeader = (view: FileView, found: ImageHeader) => Promise<void>

/** EXIF begins with its TIFF header or, in JPEG always and elsewhere sometimes, with its name. */
export function viewExif(block: Buffer): FileView {
  return viewBuffer(hasExifName(block) ? block.subarray(EXIF_NAME.length) : block)
}

export function hasExifName(block: Buffer): boolean {
  return block.toString('latin1', 0, EXIF_NAME.length) === EXIF_NAME
}

const EXIF_NAME = 'Exif\0\0'
