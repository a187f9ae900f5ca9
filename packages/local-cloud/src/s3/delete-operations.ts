import type * as S3 from '@aws-sdk/client-s3'
import { ApiError } from '../api.ts'
import { checkDelete } from './conditions.ts'
import type { Answer } from './messages.ts'
import { checkVersionId, type Operations, type S3Call, type S3Parts } from './parts.ts'

// Of no bytes: delete markers have it in events
const emptyETag = 'd41d8cd98f00b204e9800998ecf8427e'

/** Deleting objects and versions. Deleting what does not exist succeeds and tells nobody. */
export function createDeleteOperations({ store, blobs, notify }: S3Parts): Operations {
  function deleteVersion(call: S3Call, key: string, versionId: string): boolean {
    const version = store.version(call.bucket, key, checkVersionId(versionId))
    if (!version) return false
    const sequencer = store.remove(call.bucket, version)
    if (version.type === 'object') blobs.remove(version.blob)
    notify(call, 'ObjectRemoved:Delete', { key, versionId, sequencer })
    return version.type === 'marker'
  }

  /** Hides the object under a delete marker, and returns the marker's version id. */
  function addMarker(call: S3Call, key: string): string {
    const { added, replaced } = store.add(call.bucket, key, { type: 'marker' as const })
    if (replaced?.type === 'object') blobs.remove(replaced.blob)
    notify(call, 'ObjectRemoved:DeleteMarkerCreated', { ...added, eTag: emptyETag })
    return added.versionId
  }

  /** `isMarker`: whether what was made or deleted is a delete marker. */
  function deleteOne(call: S3Call, key: string, versionId: string | undefined, ifMatch: string | undefined) {
    checkDelete(ifMatch, store.newest(call.bucket, key))
    if (versionId !== undefined) return { versionId, isMarker: deleteVersion(call, key, versionId) }
    if (call.bucket.versioning !== 'Off') return { versionId: addMarker(call, key), isMarker: true }
    deleteVersion(call, key, 'null')
    return { isMarker: false }
  }

  function deleteObject(input: S3.DeleteObjectCommandInput, call: S3Call): Answer<S3.DeleteObjectCommandOutput> {
    const { versionId, isMarker } = deleteOne(call, call.key, input.VersionId, input.IfMatch)
    return { VersionId: versionId, ...(isMarker && { DeleteMarker: true }) }
  }

  function deleteObjects(input: S3.DeleteObjectsCommandInput, call: S3Call): Answer<S3.DeleteObjectsCommandOutput> {
    const { Objects = [], Quiet = false } = input.Delete ?? {}
    if (Objects.length === 0 || Objects.length > 1000) {
      throw new ApiError(400, 'MalformedXML', 'A request to delete objects must name 1 to 1000 of them')
    }
    const [Deleted, Errors]: [S3.DeletedObject[], S3._Error[]] = [[], []]
    for (const { Key = '', VersionId, ETag } of Objects) {
      try {
        const { versionId, isMarker } = deleteOne(call, Key, VersionId, ETag)
        Deleted.push({ Key, VersionId, ...(isMarker && { DeleteMarker: true, DeleteMarkerVersionId: versionId }) })
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        Errors.push({ Key, VersionId, Code: error.code, Message: error.message })
      }
    }
    return { Deleted: Quiet ? [] : Deleted, Errors }
  }

  return { DeleteObject: deleteObject, DeleteObjects: deleteObjects }
}
