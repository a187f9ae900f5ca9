import type { Content } from './content.ts'
import type { Operation } from './operation.ts'

/** A version of an object; without content it is a delete marker. */
export interface Version {
  versionId: string
  content?: Content
  eTag: string
  /** Absent: STANDARD. */
  storageClass?: string
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

export function createBucket(): Bucket {
  const objects = new Map<string, Version[]>()
  const versions = (key: string) => objects.get(key) ?? []

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
          for (const version of versions(key)) {
            if (version.versionId === versionId && storageClass) version.storageClass = storageClass
          }
      }
    },
  }
}
