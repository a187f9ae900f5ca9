import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readAll } from '../request-body.ts'

export type Blobs = ReturnType<typeof createBlobs>

// Up to here a blocking system call costs less than the thread pool's round trips
const smallBytes = 64 * 1024

/**
 * Bytes in files with random names: no key ever becomes a path. A blob is written whole before a row names it, so a reader
 * never sees half of one; what no row names is removed at the next start.
 */
export function createBlobs(folder: string, named: Set<string>) {
  fs.mkdirSync(folder, { recursive: true })
  const pathOf = (blob: string) => join(folder, blob)
  const remove = (blob: string) => fs.rmSync(pathOf(blob), { force: true })
  for (const blob of fs.readdirSync(folder)) if (!named.has(blob)) remove(blob)

  async function write(body: Readable, length: number, onChunk: (chunk: Buffer) => void) {
    const blob = randomUUID()
    if (length <= smallBytes) {
      const bytes = await readAll(body)
      onChunk(bytes)
      fs.writeFileSync(pathOf(blob), bytes)
      return { blob, size: bytes.length }
    }
    async function* observe(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        onChunk(chunk)
        yield chunk
      }
    }
    const file = fs.createWriteStream(pathOf(blob), { highWaterMark: 1024 * 1024 })
    try {
      await pipeline(body, observe, file)
    } catch (error) {
      remove(blob)
      throw error
    }
    return { blob, size: file.bytesWritten }
  }

  /** Opens at once: whoever overwrites the object from now on does not disturb the reader. */
  function read(blob: string, start: number, length: number): Buffer | Readable {
    if (length === 0) return Buffer.alloc(0)
    const fd = fs.openSync(pathOf(blob), 'r')
    if (length > smallBytes) {
      return fs.createReadStream('', { fd, start, end: start + length - 1, highWaterMark: 256 * 1024 })
    }
    const bytes = Buffer.alloc(length)
    fs.readSync(fd, bytes, 0, length, start)
    fs.closeSync(fd)
    return bytes
  }

  return { write, read, remove }
}
