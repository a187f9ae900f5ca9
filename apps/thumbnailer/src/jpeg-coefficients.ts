// Two bytes of each of four colours
const DEAREST = 8

/**
 * The bytes per pixel that a decoder holds of a JPEG whose scans have to be put together: two for every sample, and colours
 * have fewer samples than pixels where they are subsampled. (sharp says 4:2:0 of every other subsampling, too.)
 * @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf (B.2.2)
 */
export function coefficientBytesPerPixel(jpeg: Buffer): number {
  const frame = findFrameHeader(jpeg)
  const count = frame?.[7] ?? 0
  const factors = Array.from({ length: count }, (_, index) => frame?.[9 + 3 * index] ?? 0)
  const [across, down] = [factors.map((factor) => factor >> 4), factors.map((factor) => factor & 15)]
  const samples = across.reduce((sum, factor, index) => sum + factor * (down[index] ?? 0), 0)
  return samples > 0 ? (2 * samples) / (Math.max(...across) * Math.max(...down)) : DEAREST
}

/** From its length on. */
function findFrameHeader(jpeg: Buffer): Buffer | undefined {
  for (let position = 2; ;) {
    // Decoders skip whatever is between two segments
    position = jpeg.indexOf(0xff, position)
    while (jpeg[position] === 0xff) position++
    const marker = jpeg[position]
    if (position <= 0 || marker === undefined || position + 3 > jpeg.length) return undefined
    position++
    if (isFrame(marker)) return jpeg.subarray(position)
    if (hasLength(marker)) position += jpeg.readUInt16BE(position)
  }
}

// All of C0 to CF but the tables DHT and DAC and the reserved C8
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}

function hasLength(marker: number): boolean {
  return marker > 1 && !(marker >= 0xd0 && marker <= 0xd8)
}
