import { type ApiCall, ApiError, type Site } from '../api.ts'
import type { Blobs } from './blobs.ts'
import { noSuchKey } from './conditions.ts'
import type { Upload, UploadedPart } from './multipart-operations.ts'
import type { Notify } from './notifications.ts'
import type { Bucket, Store, StoredObject, Version } from './store.ts'
import type { Table } from './table.ts'

/** What S3's operations work with. */
export interface S3Parts {
  site: Site
  store: Store
  uploads: Table<Upload>
  /** By upload id, and part number as five digits. */
  uploadedParts: Table<UploadedPart>
  blobs: Blobs
  notify: Notify
}

/** A call about an existing bucket; the key is empty when it is about the bucket. */
export interface S3Call extends ApiCall {
  bucket: Bucket
  key: string
}

/** AWS's operation names with what answers them: input and output are the SDK's. */
export type Operations = Record<string, (input: never, call: S3Call) => object | Promise<object>>

/** The version asked for, or the current one; it may be a delete marker. */
export function findVersion(store: Store, bucket: Bucket, key: string, versionId: string | undefined): Version {
  const found =
    versionId === undefined ? store.newest(bucket, key) : store.version(bucket, key, checkVersionId(versionId))
  if (found) return found
  if (versionId === undefined) throw noSuchKey(key)
  const details = { Key: key, VersionId: versionId }
  throw new ApiError(404, 'NoSuchVersion', 'The specified version does not exist.', details)
}

export function findObject(store: Store, bucket: Bucket, key: string, versionId: string | undefined): StoredObject {
  const found = findVersion(store, bucket, key, versionId)
  if (found.type === 'object') return found
  throw markerError(key, versionId)
}

/** The current version being a delete marker, there is no object; asked for by its id, it is none. */
export function markerError(key: string, versionId: string | undefined): ApiError {
  if (versionId === undefined) return noSuchKey(key)
  return new ApiError(405, 'MethodNotAllowed', 'A delete marker is no object.', { ResourceType: 'DeleteMarker' })
}

export function checkVersionId(versionId: string): string {
  if (/^(null|[\w.]{32})$/.test(versionId)) return versionId
  throw new ApiError(400, 'InvalidArgument', 'Invalid version id specified', { ArgumentValue: versionId })
}

/** The version's id as answers have it: not at all where there never were versions. */
export function versionIdOf({ versioning }: Bucket, { versionId }: { versionId: string }): { VersionId?: string } {
  return versioning === 'Off' ? {} : { VersionId: versionId }
}

/** The checksum as the SDK's outputs have it. */
export function checksumOf({ checksum }: Pick<StoredObject, 'checksum'>) {
  return checksum && { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksumType(checksum.value) }
}

export function checksumType(value: string): 'COMPOSITE' | 'FULL_OBJECT' {
  return value.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT'
}
