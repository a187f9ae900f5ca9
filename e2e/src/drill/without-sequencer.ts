import type { IndexDeps } from '@fanout/metadata-indexer/index-object'
import type { MemoryIndex } from '@fanout/metadata-indexer/testing'

/**
 * For the demonstration: an indexer that does not compare sequencers, so that whoever writes last wins. It does not look at
 * the object again after its write either, since that alone would put right what the lack of order has done.
 */
export function withoutSequencer(deps: IndexDeps, { rows }: MemoryIndex): IndexDeps {
  let seen: Awaited<ReturnType<IndexDeps['objects']['head']>>
  return {
    ...deps,
    index: {
      ...deps.index,
      async putUnlessNewer(row) {
        // As long as the write that it stands for takes
        await deps.index.getRow(row.objectKey)
        rows.set(row.objectKey, row)
        return true
      },
    },
    objects: {
      ...deps.objects,
      async open(key, bytes) {
        const opened = await deps.objects.open(key, bytes)
        seen = opened === 'changed' ? undefined : opened?.object
        return opened
      },
      head: async () => seen,
    },
  }
}
