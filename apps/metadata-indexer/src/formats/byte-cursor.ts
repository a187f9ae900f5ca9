/** Reads big-endian numbers one after the other. @throws RangeError past the end */
export interface ByteCursor {
  /** Of so many bytes; one of no bytes is 0. */
  next: (bytes: number) => number
  text: (bytes: number) => string
}

export function readFrom(buffer: Buffer, start = 0): ByteCursor {
  let at = start
  const advance = (bytes: number) => {
    at += bytes
    if (at > buffer.length) throw new RangeError(`${at - buffer.length} bytes past the end`)
    return at - bytes
  }
  return {
    next(bytes) {
      const from = advance(bytes)
      if (bytes === 0) return 0
      return bytes === 8 ? Number(buffer.readBigUInt64BE(from)) : buffer.readUIntBE(from, bytes)
    },
    text: (bytes) => buffer.toString('latin1', advance(bytes), at),
  }
}
