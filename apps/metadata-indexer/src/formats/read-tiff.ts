import { numbersOf } from '../exif/field.ts'
import { readDirectory, readTiffHeader } from '../exif/tiff-directory.ts'
import type { ReadHeader } from './image-header.ts'

const SUBFILE_TYPE = 0x00fe
const WIDTH = 0x0100
const HEIGHT = 0x0101
const ICC_PROFILE = 0x8773

/** The first directory, wherever in the file it stands. @see https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf */
export const readTiff: ReadHeader = async (view, found) => {
  // a TIFF file is itself what EXIF is inside of others
  found.exif = view
  const header = await readTiffHeader(view)
  const fields = await readDirectory(view, header, header.directory, [SUBFILE_TYPE, WIDTH, HEIGHT, ICC_PROFILE])
  found.icc = fields.get(ICC_PROFILE)?.bytes
  const [subfileType = 0] = numbersOf(fields.get(SUBFILE_TYPE))
  // camera raws begin with a preview: its size is not the image's
  if (subfileType & 1) return
  found.width = numbersOf(fields.get(WIDTH))[0]
  found.height = numbersOf(fields.get(HEIGHT))[0]
}
