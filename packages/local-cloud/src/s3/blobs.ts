import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { closeSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readAll } from '../request-body.ts'

export type Blobs = ReturnType<typeof createBlobs>

// Below this, one blocking system call costs less than the thread pool's round trips
const smallBytes = 64 * 1024

/**
 * Bytes in files with random names: no key ever becomes a path. A blob is written whole before a row names it, so a reader
 * never sees half of one; what no row names is removed at the next start.
 */
export function createBlobs(folder: string, named: Iterable<string>) {
  mkdirSync(folder, { recursive: true })
  const pathOf = (blob: string) => join(folder, blob)
  const remove = (blob: string) => rmSync(pathOf(blob), { force: true })
  const kept = new Set(named)
  for (const blob of readdirSync(folder)) if (!kept.has(blob)) remove(blob)

  async function write(body: Readable, length: number, onChunk: (chunk: Buffer) => void) {
    const blob = randomUUID()
    if (length <= smallBytes) {
      const bytes = await readAll(body)
      onChunk(bytes)
      writeFileSync(pathOf(blob), bytes)
      return { blob, size: bytes.length }
    }
    let size = 0
    async function* observe(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        onChunk(chunk)
        size += chunk.length
        yield chunk
      }
    }
    try {
      await pipeline(body, observe, createWriteStream(pathOf(blob), { highWaterMark: 1024 * 1024 }))
    } catch (error) {
      remove(blob)
      throw error
    }
    return { blob, size }
  }

  /** Opens at once: whoever overwrites the object from now on does not disturb the reader. */
  function read(blob: string, start: number, length: number): Buffer | Readable {
    if (length === 0) return Buffer.alloc(0)
    const fd = openSync(pathOf(blob), 'r')
    if (length > smallBytes) {
      return createReadStream('', { fd, start, end: start + length - 1, highWaterMark: 256 * 1024 })
    }
    const bytes = Buffer.alloc(length)
    readSync(fd, bytes, 0, length, start)
    closeSync(fd)
    return bytes
  }

  return { write, read, remove }
}
