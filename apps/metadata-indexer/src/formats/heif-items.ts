import { readFrom } from './byte-cursor.ts'
import { listBoxes, type Box } from './heif-boxes.ts'

/** The id of the first item of a type (box iinf). */
export function findItem(iinf: Buffer, type: string): number | undefined {
  const version = iinf.readUInt8(0)
  for (const { type: boxType, body } of listBoxes(iinf.subarray(version === 0 ? 6 : 8))) {
    if (boxType !== 'infe') continue
    const infe = readFrom(body)
    const infeVersion = infe.next(1)
    infe.next(3)
    if (infeVersion < 2) continue
    const id = infe.next(infeVersion === 2 ? 2 : 4)
    infe.next(2)
    if (infe.text(4) === type) return id
  }
  return undefined
}

export function primaryItem(pitm: Buffer): number {
  return pitm.readUInt8(0) === 0 ? pitm.readUInt16BE(4) : pitm.readUInt32BE(4)
}

/** Where the first part of an item lies in the file (box iloc); `undefined` if it lies elsewhere. */
export function locateItem(iloc: Buffer, wanted: number): { offset: number; length: number } | undefined {
  const cursor = readFrom(iloc)
  const version = cursor.next(1)
  cursor.next(3)
  const sizes = cursor.next(1)
  const baseSizes = cursor.next(1)
  const count = cursor.next(version < 2 ? 2 : 4)
  for (let item = 0; item < count; item++) {
    const id = cursor.next(version < 2 ? 2 : 4)
    const method = version === 0 ? 0 : cursor.next(2) & 0xf
    cursor.next(2)
    const base = cursor.next(baseSizes >> 4)
    const extents = cursor.next(2)
    for (let extent = 0; extent < extents; extent++) {
      if (version > 0) cursor.next(baseSizes & 0xf)
      const offset = base + cursor.next(sizes >> 4)
      const length = cursor.next(sizes & 0xf)
      if (id === wanted && extent === 0) return method === 0 ? { offset, length } : undefined
    }
  }
  return undefined
}

/** The properties of an item (boxes ipco and ipma). */
export function propertiesOf(item: number, ipco: Buffer, ipma: Buffer): Box[] {
  const properties = listBoxes(ipco)
  const cursor = readFrom(ipma)
  const version = cursor.next(1)
  const flags = cursor.next(3)
  const count = cursor.next(4)
  for (let entry = 0; entry < count; entry++) {
    const id = cursor.next(version === 0 ? 2 : 4)
    const indexes = Array.from({ length: cursor.next(1) }, () =>
      flags & 1 ? cursor.next(2) & 0x7fff : cursor.next(1) & 0x7f,
    )
    // they count from 1
    if (id === item) return indexes.map((index) => properties[index - 1]).filter((box) => box !== undefined)
  }
  return []
}
