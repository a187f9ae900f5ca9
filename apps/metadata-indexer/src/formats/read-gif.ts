import type { ReadHeader } from './image-header.ts'

/** The logical screen. @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
export const readGif: ReadHeader = async (view, found) => {
  const head = await view.bytes(0, 10)
  found.width = head.readUInt16LE(6)
  found.height = head.readUInt16LE(8)
}
