const TRAILER = 0x3b
const EXTENSION = 0x21
const IMAGE = 0x2c

/** @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
export function dropLaterFrames(gif: Buffer): Buffer {
  const end = findEndOfFirstFrame(gif)
  if (end === undefined || end + 1 >= gif.length) return gif
  return Buffer.concat([gif.subarray(0, end), Buffer.from([TRAILER])])
}

function findEndOfFirstFrame(gif: Buffer): number | undefined {
  let position = 13 + colourTableBytes(gif[10] ?? 0)
  while (gif[position] === EXTENSION) position = skipBlocks(gif, position + 2)
  if (gif[position] !== IMAGE) return undefined
  // The colour table is followed by one byte about the compression
  return skipBlocks(gif, position + 11 + colourTableBytes(gif[position + 9] ?? 0))
}

function colourTableBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0
}

/** Each block begins with its length, and one of no length is the last. */
function skipBlocks(gif: Buffer, start: number): number {
  let position = start
  for (let length = gif[position]; length; length = gif[position]) position += length + 1
  return position + 1
}
