import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import type { IncomingHttpHeaders as Headers } from 'node:http'
import { join } from 'node:path'
import { type Checksum, type ChecksumAlgorithm, digest } from './checksums.ts'

/** Stored bytes, and what they say of themselves. */
export type Content = { blob: string; Size: number; ETag: string; checksum: Checksum }

export type Blobs = ReturnType<typeof createBlobs>

// Up to here a blocking system call costs less than the thread pool's round trips
const smallBytes = 256 * 1024

/**
 * Bytes in files with random names: no key ever becomes a path. A blob is written whole before a row names it, so a reader
 * never sees half of one.
 */
export function createBlobs(folder: string) {
  fs.mkdirSync(folder, { recursive: true })
  const pathOf = (blob: string) => join(folder, blob)
  const remove = ({ blob }: { blob: string }) => void (blob && fs.rmSync(pathOf(blob), { force: true }))

  /** Nothing is left when the bytes break off or are not what the headers say. */
  async function write(bytes: AsyncIterable<Buffer>, algorithm?: ChecksumAlgorithm, headers: Headers = {}) {
    const blob = randomUUID()
    const file = fs.openSync(pathOf(blob), 'wx')
    const onChunk = (chunk: Buffer) => fs.appendFileSync(file, chunk)
    try {
      return { blob, ...(await digest(bytes, algorithm, headers, { onChunk })) }
    } catch (error) {
      remove({ blob })
      throw error
    } finally {
      fs.closeSync(file)
    }
  }

  /** Opens at once: whoever overwrites the object from now on does not disturb the reader. */
  function read({ blob, Size }: Content, start = 0, length = Size): Buffer | AsyncIterable<Buffer> {
    const fd = fs.openSync(pathOf(blob), 'r')
    if (length > smallBytes) return readChunks(fd, start, start + length)
    const bytes = Buffer.alloc(length)
    fs.readSync(fd, bytes, 0, length, start)
    fs.closeSync(fd)
    return bytes
  }

  /** The bytes of several, or a range of one. */
  async function* stream(contents: Content[], range: { start?: number; length?: number } = {}) {
    for (const content of contents) {
      const bytes = read(content, range.start, range.length)
      if (Buffer.isBuffer(bytes)) yield bytes
      else yield* bytes
    }
  }

  /** Removes what a killed process left half done. */
  function removeAllBut(named: Set<string>): void {
    for (const blob of fs.readdirSync(folder)) if (!named.has(blob)) remove({ blob })
  }

  return { write, read, stream, remove, removeAllBut }
}

/** Each chunk is good until the next one is asked for: all of them are the same memory. */
async function* readChunks(fd: number, start: number, end: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(smallBytes)
  try {
    for (let [at, count] = [start, 1]; at < end && count > 0; at += count) {
      count = fs.readSync(fd, buffer, 0, Math.min(buffer.length, end - at), at)
      yield buffer.subarray(0, count)
    }
  } finally {
    fs.closeSync(fd)
  }
}
