import { Readable } from 'node:stream'
import type { OpenedSource, SourceObject } from './thumbnail-store.ts'

// A new connection takes longer than the rest of a small body
const SMALL_BYTES = 64 * 1024

/** The body of a reply of S3, to be read piece by piece, or not. @throws TypeError when it is not a Node.js stream */
export function openBody(
  body: unknown,
  { key, size }: SourceObject,
): Required<Pick<OpenedSource, 'read' | typeof Symbol.asyncDispose>> {
  if (!(body instanceof Readable)) throw new TypeError(`cannot read the body of ${key}: not a stream`)
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]()
  let chunk: Uint8Array = new Uint8Array()
  let unread = size

  async function read(into: Uint8Array): Promise<void> {
    for (let filled = 0; filled < into.length;) {
      if (chunk.length === 0) chunk = await nextChunk()
      const piece = chunk.subarray(0, into.length - filled)
      into.set(piece, filled)
      chunk = chunk.subarray(piece.length)
      filled += piece.length
      unread -= piece.length
    }
    if (unread === 0) await drain()
  }

  async function nextChunk(): Promise<Uint8Array> {
    const { done, value } = await chunks.next()
    // a broken connection, not a broken image: worth a retry
    if (done) throw new Error(`short body of ${key}: ${size - unread} of ${size} bytes`)
    return value
  }

  // Only at its end is the connection free for the next request
  async function drain(): Promise<void> {
    while (!(await chunks.next()).done);
  }

  return {
    read,
    async [Symbol.asyncDispose]() {
      if (unread > SMALL_BYTES) body.destroy()
      // what breaks now is nothing that somebody wants
      else await drain().catch(() => {})
    },
  }
}
