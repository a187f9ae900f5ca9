import { refuseBytes } from './limits.ts'
import { refuseType, SNIFF_BYTES, type Refusal } from './sniff-image.ts'
import type { SourceObject, ThumbnailStore } from './thumbnail-store.ts'

type SourceReader = Pick<ThumbnailStore, 'readSource'>

export type ReadResult = { type: 'read'; image: Buffer } | Refusal | { type: 'changed' }

/** An object that nobody can read until it is restored. ObjectRestore:Completed will bring the next try. */
export const ARCHIVED: Refusal = { type: 'skipped', reason: 'archived' }

// Most photos: one GET instead of two
const SMALL_BYTES = 4 * 1024 * 1024

/** Downloads the object; a large one only if it begins like an image: a film is not read to learn that it is one. */
export async function readImage(source: SourceObject, store: SourceReader): Promise<ReadResult> {
  if (source.size === 0 && source.key.endsWith('/')) return { type: 'skipped', reason: 'a folder marker' }
  const head = Buffer.allocUnsafe(source.size <= SMALL_BYTES ? source.size : SNIFF_BYTES)
  const failure = await read(source, head, 0, store)
  if (failure) return failure
  const refusal = refuseType(head.subarray(0, SNIFF_BYTES), source.key)
  if (refusal) return refusal
  if (head.length === source.size) return { type: 'read', image: head }
  const tooLarge = refuseBytes(source.size)
  if (tooLarge) return { type: 'rejected', reason: tooLarge }

  const image = Buffer.allocUnsafe(source.size)
  head.copy(image)
  const rest = await read(source, image.subarray(head.length), head.length, store)
  return rest ?? { type: 'read', image }
}

/** Nothing when `into` was filled, else the reason why not. */
async function read(source: SourceObject, into: Buffer, start: number, store: SourceReader) {
  // S3 refuses a range of no bytes
  if (into.length === 0) return undefined
  const result = await store.readSource(source, into, start)
  switch (result) {
    case 'read':
      return undefined
    case 'changed':
      return { type: 'changed' } as const
    case 'archived':
      return ARCHIVED
  }
}
