import type { EventOverrides } from '@fanout/event-parsing/testing'
import type { Content } from './content.ts'

/** Something that somebody does to the bucket. It has one event. */
export interface Operation {
  type: 'write' | 'hide' | 'erase' | 'annotate' | 'restore'
  key: string
  /** Of the version or delete marker that it makes, or of the one that it erases, annotates or restores. */
  versionId: string
  /** What a write writes, or what is restored. */
  content?: Content
  /** Of what a write writes, without quotes: that of a multipart upload is not the hash of its content. */
  eTag?: string
  /** The key whose object, as it is at that time, a copy copies. */
  copyOf?: string
  /** Where a transition has moved the version to. */
  storageClass?: string
  /** As S3 calls it, e.g. `ObjectCreated:Copy`. */
  eventName: string
  /** Milliseconds since the beginning of the history. */
  at: number
  /** Absent where S3 sends none. */
  sequencer?: string
  requestId: string
}

const EMPTY_MD5 = 'd41d8cd98f00b204e9800998ecf8427e'

/** What S3 says of the operation. */
export function describeOperation(operation: Operation, startedAt: number): EventOverrides {
  const {
    type,
    key,
    versionId,
    eventName,
    content,
    eTag = null,
    sequencer = null,
    requestId,
    at,
    storageClass,
  } = operation
  const said = { key, versionId, eventName, sequencer, requestId, eventTime: new Date(startedAt + at).toISOString() }
  switch (type) {
    case 'write':
    case 'restore':
      return { ...said, size: content?.bytes.length ?? 0, eTag }
    case 'hide':
      return { ...said, size: null, eTag: EMPTY_MD5 }
    case 'erase':
      return { ...said, size: null, eTag: null }
    case 'annotate':
      return {
        ...said,
        size: null,
        eTag,
        eventVersion: '2.3',
        ...(storageClass && { details: transition(storageClass) }),
      }
  }
}

function transition(destinationStorageClass: string) {
  return { lifecycleEventData: { transitionEventData: { destinationStorageClass } } }
}
