import { createHandler } from '@fanout/handler'
import { describeSubscriberContract, type SubscriberUnderTest } from '@fanout/handler/testing'
import { indexObject, type IndexDeps } from '../src/index-object.ts'
import { readMetadata } from '../src/read-metadata.ts'
import { createMemoryIndex, createMemoryObjects } from '../src/testing/index.ts'

describeSubscriberContract('metadata-indexer', createIndexerUnderTest)

function createIndexerUnderTest(): SubscriberUnderTest<IndexDeps> {
  const objects = createMemoryObjects()
  const index = createMemoryIndex()
  return {
    deps: { objects, index, readMetadata, now: Date.now },
    handler: (deps, parts) => createHandler((event) => indexObject(event, deps), parts),
    upload: (key, version) => objects.put(key, `version ${version}`),
    remove: (key) => objects.remove(key),
    kept(key) {
      const row = index.rows.get(key)
      if (!row) return undefined
      const { revision: _revision, indexedAt: _indexedAt, ...kept } = row
      return kept.deleted ? { ...kept, expiresAt: 'in 45 days' } : kept
    },
    suffix: '.txt',
  }
}
