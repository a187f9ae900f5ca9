import type { Content } from './content.ts'
import type { Operation } from './operation.ts'

/** A version of an object; without content it is a delete marker. */
export interface Version {
  versionId: string
  content?: Content
  eTag: string
  /** Absent: STANDARD. */
  storageClass?: string
  /** It can be looked at, and not read. */
  isArchived?: boolean
  /** Epoch milliseconds. */
  lastModified: number
}

/** A versioned bucket. */
export interface Bucket {
  apply: (operation: Operation, now: number) => void
  /** All versions of a key, the oldest first. */
  versions: (key: string) => readonly Version[]
  /** What a GET finds. */
  current: (key: string) => (Version & { content: Content }) | undefined
}

/** Storage classes in which objects must be restored to be read. */
export const ARCHIVES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE'])

export function createBucket(): Bucket {
  const objects = new Map<string, Version[]>()
  const versions = (key: string) => objects.get(key) ?? []
  const find = (key: string, versionId: string) => versions(key).filter((version) => version.versionId === versionId)

  return {
    versions,
    current(key) {
      const latest = versions(key).at(-1)
      return latest?.content && { ...latest, content: latest.content }
    },
    apply({ type, key, versionId, content, eTag = '', storageClass }, now) {
      switch (type) {
        case 'write':
          return void objects.set(key, [
            ...versions(key),
            { versionId, eTag, lastModified: now, ...(content && { content }) },
          ])
        case 'hide':
          return void objects.set(key, [...versions(key), { versionId, eTag: '', lastModified: now }])
        case 'erase':
          return void objects.set(
            key,
            versions(key).filter((version) => version.versionId !== versionId),
          )
        case 'annotate':
          for (const version of find(key, versionId)) {
            if (storageClass) Object.assign(version, { storageClass, isArchived: ARCHIVES.has(storageClass) })
          }
          return undefined
        case 'restore':
          for (const version of find(key, versionId)) version.isArchived = false
      }
    },
  }
}
