import { FileMetadata, LiveRow } from '@fanout/schemas'
import * as z from 'zod'
import { FIRST_BYTES } from './file-bytes.ts'
import type { IndexDeps } from './index-object.ts'
import type { CurrentObject } from './object-store.ts'
import { EXTRACTOR } from './read-metadata.ts'

/** The object under a key, and what its bytes say. */
export interface ReadObject {
  object: CurrentObject
  content: FileMetadata & Pick<LiveRow, 'extractor'>
}

/** `undefined` when the object is gone, `changed` when it was replaced while it was read. */
export async function readObject(
  key: string,
  { objects, index, readMetadata }: Pick<IndexDeps, 'objects' | 'index' | 'readMetadata'>,
): Promise<ReadObject | 'changed' | undefined> {
  const opened = await objects.open(key, FIRST_BYTES)
  if (opened === undefined || opened === 'changed') return opened
  const { object, start } = opened
  // ObjectRestore:Completed will bring the next look; until then what is known of the same bytes stays known
  if (!start) return { object, content: await knownContent(object, index) }

  const read = async (into: Uint8Array, offset: number) => {
    if ((await objects.read(object, into, offset)) === 'changed') throw new ChangedError()
  }
  try {
    const metadata = await readMetadata({ size: object.size, start, read })
    return { object, content: { ...metadata, extractor: EXTRACTOR } }
  } catch (error) {
    if (error instanceof ChangedError) return 'changed'
    throw error
  }
}

class ChangedError extends Error {}

async function knownContent({ key, eTag, versionId }: CurrentObject, index: IndexDeps['index']) {
  const row = await index.getRow(key)
  const isSame = row && !row.deleted && row.eTag === eTag && row.versionId === versionId
  return isSame ? Content.parse(row) : {}
}

const Content = z.object({ ...FileMetadata.shape, extractor: LiveRow.shape.extractor })
