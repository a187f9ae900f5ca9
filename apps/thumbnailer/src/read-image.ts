import { refuseBytes } from './limits.ts'
import { refuseType, SNIFF_BYTES, type Refusal } from './sniff-image.ts'
import type { OpenedSource } from './thumbnail-store.ts'

export type ReadResult = { type: 'read'; image: Buffer } | Refusal

/** An object that nobody can read until it is restored. ObjectRestore:Completed will bring the next try. */
export const ARCHIVED: Refusal = { type: 'skipped', reason: 'archived' }

/** Downloads the object, but only if it begins like an image: a film is not read to learn that it is one. */
export async function readImage({ key, size, read }: Omit<OpenedSource, 'eTag' | symbol>): Promise<ReadResult> {
  if (size === 0 && key.endsWith('/')) return { type: 'skipped', reason: 'a folder marker' }
  if (!read) return ARCHIVED
  const head = Buffer.allocUnsafe(Math.min(size, SNIFF_BYTES))
  await read(head)
  const refusal = refuseType(head, key)
  if (refusal) return refusal
  const tooLarge = refuseBytes(size)
  if (tooLarge) return { type: 'rejected', reason: tooLarge }

  const image = Buffer.allocUnsafe(size)
  head.copy(image)
  await read(image.subarray(head.length))
  return { type: 'read', image }
}
