import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import type { IncomingHttpHeaders as Headers } from 'node:http'
import { join } from 'node:path'
import { type Checksum, type ChecksumAlgorithm, digest } from './checksums.ts'

/** Stored bytes, and what they say of themselves. */
export type Content = { blob: string; Size: number; ETag: string; checksum: Checksum }

export type Blobs = ReturnType<typeof createBlobs>

// A blocking system call costs less for so much than the thread pool's round trips
const chunkBytes = 256 * 1024

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
  function read({ blob, Size }: Content, start = 0, length = Size): AsyncIterable<Buffer> {
    return readChunks(fs.openSync(pathOf(blob), 'r'), start, start + length)
  }

  /** The bytes of several, or a range of one. */
  async function* stream(contents: Content[], range: { start?: number; length?: number } = {}) {
    for (const content of contents) yield* read(content, range.start, range.length)
  }

  /** Removes what a killed process left half done. */
  function removeAllBut(named: Set<string>): void {
    for (const blob of fs.readdirSync(folder)) if (!named.has(blob)) remove({ blob })
  }

  return { write, read, stream, remove, removeAllBut }
}

/** Each chunk is good until the next one is asked for: all of them are the same memory. */
async function* readChunks(fd: number, start: number, end: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(Math.min(chunkBytes, end - start))
  try {
    for (let [at, count] = [start, 1]; at < end && count > 0; at += count) {
      count = fs.readSync(fd, buffer, 0, Math.min(buffer.length, end - at), at)
      yield buffer.subarray(0, count)
    }
  } finally {
    fs.closeSync(fd)
  }
}
