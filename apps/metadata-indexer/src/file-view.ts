import type { FileBytes } from './file-bytes.ts'

/** Random access to a file, whose few and bounded reads are kept. */
export interface FileView {
  size: number
  /** The bytes from `offset` on, fewer at the end of the file. @throws TooMuchReadError */
  bytes: (offset: number, length: number) => Promise<Buffer>
  /** Whether these bytes cost no further read. */
  has: (offset: number, length: number) => boolean
}

/** The file scatters what we look for over more places than it is worth. */
export class TooMuchReadError extends RangeError {
  override readonly name = 'TooMuchReadError'
}

const WINDOW = 64 * 1024
const MAX_READS = 24
const MAX_LENGTH = 1024 * 1024

export function viewFile(file: FileBytes): FileView {
  const windows = [{ offset: 0, bytes: file.start }]
  const available = (offset: number, wanted: number) => Math.max(0, Math.min(wanted, file.size - offset))
  const find = (offset: number, length: number) =>
    windows.find((window) => window.offset <= offset && offset + length <= window.offset + window.bytes.length)

  return {
    size: file.size,
    has: (offset, wanted) => find(offset, available(offset, wanted)) !== undefined,
    async bytes(offset, wanted) {
      const length = available(offset, wanted)
      if (length === 0) return Buffer.alloc(0)
      const known = find(offset, length)
      if (known) return known.bytes.subarray(offset - known.offset, offset - known.offset + length)
      if (windows.length > MAX_READS || length > MAX_LENGTH) {
        throw new TooMuchReadError(`gave up reading at byte ${offset} of ${file.size}`)
      }
      const bytes = Buffer.allocUnsafe(available(offset, Math.max(length, WINDOW)))
      await file.read(bytes, offset)
      windows.push({ offset, bytes })
      return bytes.subarray(0, length)
    },
  }
}

export function viewBuffer(buffer: Buffer): FileView {
  return {
    size: buffer.length,
    has: () => true,
    bytes: async (offset, length) => buffer.subarray(offset, Math.max(offset, offset + length)),
  }
}
