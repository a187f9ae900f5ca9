import type { FileView } from '../file-view.ts'
import { bigEndian, littleEndian, type ByteOrder } from './byte-order.ts'
import { FIELD_TYPES, type Field } from './field.ts'

/** How to read a TIFF structure: a TIFF file, or the EXIF inside of another. */
export interface TiffHeader {
  order: ByteOrder
  /** BigTIFF: places and counts have eight bytes. */
  isBig: boolean
  /** Where the first directory stands. */
  directory: number
}

export type Fields = ReadonlyMap<number, Field>

// Real directories have some dozens of entries, and nothing that we want is longer
const MAX_ENTRIES = 1000
const MAX_VALUE = 64 * 1024

/** @throws RangeError when it is no TIFF structure */
export async function readTiffHeader(view: FileView): Promise<TiffHeader> {
  const head = await view.bytes(0, 16)
  const order = { II: littleEndian, MM: bigEndian }[head.toString('latin1', 0, 2)]
  const version = order?.u16(head, 2)
  if (!order || (version !== 42 && version !== 43)) throw new RangeError('not a TIFF structure')
  const isBig = version === 43
  return { order, isBig, directory: isBig ? order.u64(head, 8) : order.u32(head, 4) }
}

/** The wanted fields of the directory at `offset`; those are left out whose values are not in the file. */
export async function readDirectory(
  view: FileView,
  { order, isBig }: TiffHeader,
  offset: number,
  wanted: readonly number[],
): Promise<Fields> {
  const place = isBig ? order.u64 : order.u32
  const inline = isBig ? 8 : 4
  const entrySize = 4 + 2 * inline
  const countSize = isBig ? 8 : 2
  const counter = await view.bytes(offset, countSize)
  if (counter.length < countSize) return new Map()
  const count = Math.min(isBig ? order.u64(counter, 0) : order.u16(counter, 0), MAX_ENTRIES)
  const entries = await view.bytes(offset + countSize, count * entrySize)

  const fields = new Map<number, Field>()
  for (let at = 0; at + entrySize <= entries.length; at += entrySize) {
    const tag = order.u16(entries, at)
    const type = FIELD_TYPES[order.u16(entries, at + 2)]
    if (!type || !wanted.includes(tag)) continue
    const valueAt = at + 4 + inline
    const size = Math.min(type.size * place(entries, at + 4), MAX_VALUE)
    const isInline = size <= inline
    const bytes = isInline ? entries.subarray(valueAt, valueAt + size) : await view.bytes(place(entries, valueAt), size)
    if (bytes.length === size) fields.set(tag, { type, bytes, order })
  }
  return fields
}
