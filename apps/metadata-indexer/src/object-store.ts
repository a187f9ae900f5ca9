import type { Annotations } from '@fanout/schemas'

/** The uploaded object as it is now. */
export interface CurrentObject extends Annotations {
  key: string
  /** Without quotes. */
  eTag: string
  /** Bytes. */
  size: number
  versionId?: string
  /** ISO 8601, to the second. */
  lastModified: string
  /** Its Content-Type. */
  declaredType?: string
}

/** All of S3 that the job needs. Every method throws on what a retry may cure, a denial included. */
export interface ObjectStore {
  /** `undefined` when the object is gone or hidden by a delete marker. */
  head: (key: string) => Promise<CurrentObject | undefined>
  /** The same with the first bytes, in one request. Without `start` when the object is archived: they cannot be read. */
  open: (key: string, bytes: number) => Promise<OpenedObject | 'changed' | undefined>
  /** Fills `into` with the object's bytes from `start` on; `changed` when it is no longer the one described. */
  read: (object: CurrentObject, into: Uint8Array, start: number) => Promise<'read' | 'changed'>
}

export interface OpenedObject {
  object: CurrentObject
  start?: Buffer
}
