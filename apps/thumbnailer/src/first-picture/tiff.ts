/** @see https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf (page 14); BigTIFF has wider numbers */
export function dropLaterPages(tiff: Buffer): Buffer {
  const link = findLinkToSecondPage(tiff)
  if (link === undefined || tiff.subarray(link.start, link.end).every((byte) => byte === 0)) return tiff
  return Buffer.from(tiff).fill(0, link.start, link.end)
}

/** Each directory ends with the offset of the next. */
function findLinkToSecondPage(tiff: Buffer): { start: number; end: number } | undefined {
  const isLittle = tiff[0] === 0x49
  const isBig = tiff[isLittle ? 2 : 3] === 43
  const read = (start: number, bytes: number) => {
    if (start + bytes > tiff.length) return NaN
    const digits = tiff.subarray(start, start + bytes)
    return Number(`0x${(isLittle ? Buffer.from(digits).reverse() : digits).toString('hex')}`)
  }
  const [countBytes, entryBytes, offsetBytes] = isBig ? [8, 20, 8] : [2, 12, 4]
  const directory = read(isBig ? 8 : 4, offsetBytes)
  const start = directory + countBytes + read(directory, countBytes) * entryBytes
  const end = start + offsetBytes
  return end <= tiff.length ? { start, end } : undefined
}
