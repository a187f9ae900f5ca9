/** Of each of these the first one; the order in the file stays. */
const KEPT = new Set(['VP8X', 'ICCP', 'ANIM', 'ANMF', 'ALPH', 'VP8 ', 'VP8L', 'EXIF'])

const HEADER_BYTES = 12
const FLAGS = HEADER_BYTES + 8
const XMP_FLAG = 0x04

/** @see https://developers.google.com/speed/webp/docs/riff_container */
export function keepPicture(webp: Buffer): Buffer {
  const kept = new Map<string, { start: number; end: number }>()
  let length = HEADER_BYTES
  for (const { type, start, end } of chunksOf(webp)) {
    if (!KEPT.has(type) || kept.has(type)) continue
    kept.set(type, { start, end })
    length += end - start
  }
  if (length === webp.length) return webp

  const picture = Buffer.concat([
    webp.subarray(0, HEADER_BYTES),
    ...[...kept.values()].map(({ start, end }) => webp.subarray(start, end)),
  ])
  picture.writeUInt32LE(length - 8, 4)
  if (kept.has('VP8X')) picture.writeUInt8(picture.readUInt8(FLAGS) & ~XMP_FLAG, FLAGS)
  return picture
}

function* chunksOf(webp: Buffer) {
  for (let start = HEADER_BYTES; start + 8 <= webp.length;) {
    const size = webp.readUInt32LE(start + 4)
    // Chunks are padded to even lengths
    const end = Math.min(start + 8 + size + (size % 2), webp.length)
    yield { type: webp.toString('latin1', start, start + 4), start, end }
    start = end
  }
}
