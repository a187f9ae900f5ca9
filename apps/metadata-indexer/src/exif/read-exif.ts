import type { FileMetadata } from '@fanout/schemas'
import type { FileView } from '../file-view.ts'
import { toDateTime, toZoneOffset } from './date-time.ts'
import { numbersOf, textOf, type Field } from './field.ts'
import { POSITION_TAGS, toPosition } from './position.ts'
import { readDirectory, readTiffHeader, type Fields } from './tiff-directory.ts'

const MAKE = 0x010f
const MODEL = 0x0110
const ORIENTATION = 0x0112
const EXIF_DIRECTORY = 0x8769
const GPS_DIRECTORY = 0x8825
const EXPOSURE_TIME = 0x829a
const F_NUMBER = 0x829d
const ISO = 0x8827
const DATE_TIME_ORIGINAL = 0x9003
const OFFSET_TIME_ORIGINAL = 0x9011
const FOCAL_LENGTH = 0x920a
const COLOR_SPACE = 0xa001
const LENS_MODEL = 0xa434

const IMAGE_TAGS = [MAKE, MODEL, ORIENTATION, EXIF_DIRECTORY, GPS_DIRECTORY]
const PHOTO_TAGS = [
  EXPOSURE_TIME,
  F_NUMBER,
  ISO,
  DATE_TIME_ORIGINAL,
  OFFSET_TIME_ORIGINAL,
  FOCAL_LENGTH,
  COLOR_SPACE,
  LENS_MODEL,
]

const COLOR_SPACES: Readonly<Record<number, string>> = { 1: 'sRGB', 2: 'Adobe RGB', 0xffff: 'Uncalibrated' }

/**
 * Reads the dozen facts that the index keeps of a TIFF structure into `found`. Cameras and editors write many a wrong value:
 * what cannot be is left out.
 * @throws RangeError when it is no TIFF structure
 */
export async function readExif(view: FileView, found: FileMetadata): Promise<void> {
  const header = await readTiffHeader(view)
  const image = await readDirectory(view, header, header.directory, IMAGE_TAGS)
  takeImage(image, found)
  const [exifOffset] = numbersOf(image.get(EXIF_DIRECTORY))
  if (exifOffset) takePhoto(await readDirectory(view, header, exifOffset, PHOTO_TAGS), found)
  const [gpsOffset] = numbersOf(image.get(GPS_DIRECTORY))
  if (gpsOffset) found.gps = toPosition(await readDirectory(view, header, gpsOffset, POSITION_TAGS))
}

function takeImage(fields: Fields, found: FileMetadata): void {
  found.make = textOf(fields.get(MAKE))
  found.model = textOf(fields.get(MODEL))
  found.orientation = numberWithin(1, 8, fields.get(ORIENTATION))
}

function takePhoto(fields: Fields, found: FileMetadata): void {
  found.lens = textOf(fields.get(LENS_MODEL))
  found.dateTimeOriginal = toDateTime(textOf(fields.get(DATE_TIME_ORIGINAL)))
  found.offset = found.dateTimeOriginal && toZoneOffset(textOf(fields.get(OFFSET_TIME_ORIGINAL)))
  found.exposureSeconds = numberWithin(1e-6, 1e5, fields.get(EXPOSURE_TIME))
  found.fNumber = numberWithin(0.1, 1000, fields.get(F_NUMBER))
  found.iso = numberWithin(1, 1e7, fields.get(ISO))
  found.focalLengthMm = numberWithin(0.1, 1e5, fields.get(FOCAL_LENGTH))
  found.colorSpace = COLOR_SPACES[numbersOf(fields.get(COLOR_SPACE))[0] ?? 0]
}

function numberWithin(least: number, most: number, field: Field | undefined): number | undefined {
  const [number = NaN] = numbersOf(field)
  // six digits: 1/3 s is no better with sixteen
  return number >= least && number <= most ? Number(number.toPrecision(6)) : undefined
}
