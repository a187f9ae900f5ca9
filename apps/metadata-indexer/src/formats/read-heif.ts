import { findBox, findTopLevelBox, listBoxes, type Box } from './heif-boxes.ts'
import { findItem, locateItem, primaryItem, propertiesOf } from './heif-items.ts'
import { viewExif, type ImageHeader, type ReadHeader } from './image-header.ts'

/** AVIF and HEIC: one box describes all items of the file. @see ISO/IEC 23008-12 and, for the boxes, 14496-12 */
export const readHeif: ReadHeader = async (view, found) => {
  const meta = (await findTopLevelBox(view, 'meta'))?.subarray(4)
  if (!meta) return
  takeProperties(meta, found)

  const [iinf, iloc] = [findBox(meta, 'iinf'), findBox(meta, 'iloc')]
  const item = iinf && findItem(iinf, 'Exif')
  const place = item !== undefined && iloc ? locateItem(iloc, item) : undefined
  if (!place) return
  const block = await view.bytes(place.offset, place.length)
  // its first number says how many bytes stand before the TIFF structure
  found.exif = viewExif(block.subarray(4))
}

function takeProperties(meta: Buffer, found: ImageHeader): void {
  const [pitm, iprp] = [findBox(meta, 'pitm'), findBox(meta, 'iprp')]
  const [ipco, ipma] = [iprp && findBox(iprp, 'ipco'), iprp && findBox(iprp, 'ipma')]
  if (!pitm || !ipco || !ipma) return
  const properties = propertiesOf(primaryItem(pitm), ipco, ipma)
  const size = properties.find(({ type }) => type === 'ispe')?.body
  // before the rotation, which is another property
  if (size) [found.width, found.height] = [size.readUInt32BE(4), size.readUInt32BE(8)]
  // phones put the profile on the tiles only
  found.icc = [...properties, ...listBoxes(ipco)].find(isProfile)?.body.subarray(4)
}

function isProfile({ type, body }: Box): boolean {
  return type === 'colr' && /^(prof|rICC)$/.test(body.toString('latin1', 0, 4))
}
