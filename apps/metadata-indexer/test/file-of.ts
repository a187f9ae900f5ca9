import { FIRST_BYTES, type FileBytes } from '../src/file-bytes.ts'

/** A file in memory that counts what is read of it beside its beginning. */
export interface CountedFile extends FileBytes {
  reads: { offset: number; length: number }[]
}

export function fileOf(bytes: Buffer, startLength = FIRST_BYTES): CountedFile {
  const reads: CountedFile['reads'] = []
  return {
    size: bytes.length,
    start: bytes.subarray(0, startLength),
    reads,
    async read(into, offset) {
      if (offset + into.length > bytes.length) throw new Error(`there is no byte ${offset + into.length - 1}`)
      reads.push({ offset, length: into.length })
      bytes.copy(into, 0, offset)
    },
  }
}
