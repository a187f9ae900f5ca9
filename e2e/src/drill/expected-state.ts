import type { Content } from './content.ts'
import type { Operation } from './operation.ts'

/** What is in the bucket when all is over. */
export interface ExpectedState {
  objects: Map<string, ExpectedObject>
}

interface ExpectedObject {
  key: string
  /** Absent when nothing is there now. */
  live?: { versionId: string; eTag: string; content: Content; storageClass: string | undefined }
}

/**
 * The reference model: it knows the operations alone, and nothing of events, their order or their repeats. What is there
 * in the end is what the last of a key's operations made of those whose versions were not erased later.
 */
export function expectState(operations: readonly Operation[]): ExpectedState {
  const byKey = Map.groupBy(operations, ({ key }) => key)
  const objects = [...byKey].map(([key, ofKey]) => [key, expectObject(key, ofKey)] as const)
  return { objects: new Map(objects) }
}

function expectObject(key: string, operations: Operation[]): ExpectedObject {
  const erased = new Set(operations.filter(({ type }) => type === 'erase').map(({ versionId }) => versionId))
  const last = operations.findLast(
    ({ type, versionId }) => (type === 'write' || type === 'hide') && !erased.has(versionId),
  )
  if (!last?.content) return { key }
  const { versionId, eTag = '', content } = last
  const transitions = operations.filter((operation) => operation.storageClass && operation.versionId === versionId)
  return { key, live: { versionId, eTag, content, storageClass: transitions.at(-1)?.storageClass } }
}
