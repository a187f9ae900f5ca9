import { isUtf8 } from 'node:buffer'
import type { ByteOrder } from './byte-order.ts'

/** One value of a TIFF directory, not yet decoded. */
export interface Field {
  type: FieldType
  bytes: Buffer
  order: ByteOrder
}

interface FieldType {
  /** Of one number. */
  size: number
  read: (bytes: Buffer, at: number, order: ByteOrder) => number
}

/** By the numbers that TIFF, EXIF 3 (129: UTF-8) and BigTIFF (16) give them. */
export const FIELD_TYPES: Readonly<Record<number, FieldType>> = {
  1: { size: 1, read: (bytes, at) => bytes.readUInt8(at) },
  2: { size: 1, read: (bytes, at) => bytes.readUInt8(at) },
  3: { size: 2, read: (bytes, at, { u16 }) => u16(bytes, at) },
  4: { size: 4, read: (bytes, at, { u32 }) => u32(bytes, at) },
  5: { size: 8, read: (bytes, at, { u32 }) => fraction(u32(bytes, at), u32(bytes, at + 4)) },
  6: { size: 1, read: (bytes, at) => bytes.readInt8(at) },
  7: { size: 1, read: (bytes, at) => bytes.readUInt8(at) },
  8: { size: 2, read: (bytes, at, { i16 }) => i16(bytes, at) },
  9: { size: 4, read: (bytes, at, { i32 }) => i32(bytes, at) },
  10: { size: 8, read: (bytes, at, { i32 }) => fraction(i32(bytes, at), i32(bytes, at + 4)) },
  13: { size: 4, read: (bytes, at, { u32 }) => u32(bytes, at) },
  16: { size: 8, read: (bytes, at, { u64 }) => u64(bytes, at) },
  129: { size: 1, read: (bytes, at) => bytes.readUInt8(at) },
}

const MAX_NUMBERS = 8
const MAX_TEXT = 64

export function textOf(field: Field | undefined): string | undefined {
  if (field?.type.size !== 1) return undefined
  const [text = ''] = decodeText(field.bytes.subarray(0, 1024)).split('\0', 1)
  const clean = text.replaceAll(/\p{Cc}+/gu, ' ').trim()
  return clean === '' ? undefined : clean.slice(0, MAX_TEXT)
}

// EXIF says ASCII; phones write UTF-8, and older cameras Latin-1
function decodeText(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1')
}

/** The first numbers of a field; a fraction over zero is NaN. */
export function numbersOf(field: Field | undefined): number[] {
  if (!field) return []
  const { type, bytes, order } = field
  const count = Math.min(Math.floor(bytes.length / type.size), MAX_NUMBERS)
  return Array.from({ length: count }, (_, index) => type.read(bytes, index * type.size, order))
}

function fraction(over: number, under: number): number {
  return under === 0 ? NaN : over / under
}
