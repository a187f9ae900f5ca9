import type { Rendition } from './render-thumbnails.ts'

/** The uploaded object as it is now. */
export interface SourceObject {
  key: string
  /** Quoted, as S3 sends it and wants it back. */
  eTag: string
  versionId?: string
  /** Bytes. */
  size: number
}

/**
 * The object with its bytes, in one request. Whoever opens it disposes of it: what nobody has read by then is not
 * downloaded.
 */
export interface OpenedSource extends SourceObject, AsyncDisposable {
  /** Fills `into` with the next bytes of the object. Absent when it is archived: its bytes cannot be read. */
  read?: (into: Uint8Array) => Promise<void>
}

/** What a rendition was made from; kept in its object metadata. */
export interface Origin {
  sourceETag: string
  sourceVersion?: string
  /** The normalised sequencer of the event that caused it, if it had one: for people, nothing is decided by it. */
  order?: string
  /** `specId` of the settings it was made with. */
  spec: string
}

export interface NewRendition extends Rendition {
  key: string
  origin: Origin
}

/** A rendition in the thumbnails bucket; without `origin` if somebody else put it there. */
export interface StoredRendition {
  key: string
  eTag: string
  origin?: Pick<Origin, 'sourceETag' | 'spec'>
}

/** All of S3 that the job needs. Every method throws on what a retry may cure, a denial included. */
export interface ThumbnailStore {
  /** `undefined` when the object is gone or hidden by a delete marker. */
  headSource: (key: string) => Promise<SourceObject | undefined>
  /** The same with its bytes. */
  openSource: (key: string) => Promise<OpenedSource | undefined>
  headRendition: (key: string) => Promise<StoredRendition | undefined>
  listRenditions: (prefix: string) => Promise<StoredRendition[]>
  /** Replaces the rendition that has the ETag `replaces`, or creates it where none is; false if that is not what is there. */
  putRendition: (rendition: NewRendition, replaces: string | undefined) => Promise<boolean>
  deleteRendition: (key: string) => Promise<void>
}
