// Less than this is not worth a copy, even where it is unpacked to a thousand times as much
const HARMLESS_BYTES = 16 * 1024

const TEXTS = new Set(['tEXt', 'zTXt', 'iTXt'])

/** @see https://www.w3.org/TR/png-3/#5Chunk-layout */
export function dropTexts(png: Buffer): Buffer {
  let textBytes = 0
  for (const { type, start, end } of chunksOf(png)) if (TEXTS.has(type)) textBytes += end - start
  if (textBytes < HARMLESS_BYTES) return png

  const kept = Buffer.allocUnsafe(png.length)
  let length = png.copy(kept, 0, 0, SIGNATURE_BYTES)
  for (const { type, start, end } of chunksOf(png)) if (!TEXTS.has(type)) length += png.copy(kept, length, start, end)
  return kept.subarray(0, length)
}

const SIGNATURE_BYTES = 8

function* chunksOf(png: Buffer) {
  for (let start = SIGNATURE_BYTES; start + 8 <= png.length;) {
    const end = start + 12 + png.readUInt32BE(start)
    yield { type: png.toString('latin1', start + 4, start + 8), start, end }
    start = end
  }
}
