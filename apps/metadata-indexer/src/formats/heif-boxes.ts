import type { FileView } from '../file-view.ts'

/** One box of an ISO base media file. */
export interface Box {
  type: string
  /** What is inside, without the box's own header. */
  body: Buffer
}

const MAX_BOXES = 64

/** Finds the first box of a type on the file's top level; `undefined` if it has none. */
export async function findTopLevelBox(view: FileView, type: string): Promise<Buffer | undefined> {
  let offset = 0
  for (let count = 0; count < MAX_BOXES && offset < view.size; count++) {
    const box = measureBox(await view.bytes(offset, 16), view.size - offset)
    if (box.size < box.headerSize) return undefined
    if (box.type === type) return view.bytes(offset + box.headerSize, box.size - box.headerSize)
    offset += box.size
  }
  return undefined
}

/** The boxes in a buffer, up to the first whose size makes no sense. */
export function listBoxes(buffer: Buffer): Box[] {
  const boxes: Box[] = []
  for (let offset = 0; offset + 8 <= buffer.length;) {
    const rest = buffer.subarray(offset)
    const { type, headerSize, size } = measureBox(rest, rest.length)
    if (size < headerSize) break
    boxes.push({ type, body: rest.subarray(headerSize, size) })
    offset += size
  }
  return boxes
}

export function findBox(buffer: Buffer, type: string): Buffer | undefined {
  return listBoxes(buffer).find((box) => box.type === type)?.body
}

/** A size of 1 stands for one of eight bytes after the type, 0 for the rest of the file. */
function measureBox(head: Buffer, available: number) {
  const short = head.readUInt32BE(0)
  const headerSize = short === 1 ? 16 : 8
  const size = short === 0 ? available : short === 1 ? Number(head.readBigUInt64BE(8)) : short
  return { type: head.toString('latin1', 4, 8), headerSize, size }
}
