/** Reads numbers in one of the two orders of bytes. @throws RangeError past the end */
export interface ByteOrder {
  u16: (bytes: Buffer, at: number) => number
  i16: (bytes: Buffer, at: number) => number
  u32: (bytes: Buffer, at: number) => number
  i32: (bytes: Buffer, at: number) => number
  u64: (bytes: Buffer, at: number) => number
}

export const littleEndian: ByteOrder = {
  u16: (bytes, at) => bytes.readUInt16LE(at),
  i16: (bytes, at) => bytes.readInt16LE(at),
  u32: (bytes, at) => bytes.readUInt32LE(at),
  i32: (bytes, at) => bytes.readInt32LE(at),
  u64: (bytes, at) => Number(bytes.readBigUInt64LE(at)),
}

export const bigEndian: ByteOrder = {
  u16: (bytes, at) => bytes.readUInt16BE(at),
  i16: (bytes, at) => bytes.readInt16BE(at),
  u32: (bytes, at) => bytes.readUInt32BE(at),
  i32: (bytes, at) => bytes.readInt32BE(at),
  u64: (bytes, at) => Number(bytes.readBigUInt64BE(at)),
}
