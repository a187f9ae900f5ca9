import type {
  DeleteObjectCommandInput,
  DeleteObjectCommandOutput,
  DeleteObjectsCommandInput,
  DeleteObjectsCommandOutput,
} from '@aws-sdk/client-s3'
import { ApiError } from '../api.ts'
import { checkDelete } from './conditions.ts'
import type { Answer } from './messages.ts'
import { checkVersionId, type Operations, type S3Call, type S3Parts } from './parts.ts'
import { eventVersionId } from './write-object.ts'

/** Deleting objects and versions. Deleting what does not exist succeeds and tells nobody. */
export function createDeleteOperations({ store, blobs, notify }: S3Parts): Operations {
  function deleteVersion(call: S3Call, key: string, versionId: string): { isMarker: boolean } {
    const { bucket } = call
    const version = store.version(bucket, key, checkVersionId(versionId))
    if (!version) return { isMarker: false }
    const sequencer = store.remove(bucket, version)
    if (version.type === 'object') blobs.remove(version.blob)
    notify(call, bucket, 'ObjectRemoved:Delete', { key, versionId: eventVersionId(version), sequencer })
    return { isMarker: version.type === 'marker' }
  }

  /** Hides the object under a delete marker, and returns the marker's version id. */
  function addMarker(call: S3Call, key: string): string {
    const { bucket } = call
    const { added, replaced } = store.add(bucket, key, { type: 'marker' })
    if (replaced?.type === 'object') blobs.remove(replaced.blob)
    const { sequencer, versionId } = added
    // The ETag of no bytes, as AWS sends it
    const eTag = 'd41d8cd98f00b204e9800998ecf8427e'
    notify(call, bucket, 'ObjectRemoved:DeleteMarkerCreated', {
      key,
      eTag,
      versionId: eventVersionId(added),
      sequencer,
    })
    return versionId
  }

  function deleteOne(call: S3Call, key: string, versionId: string | undefined, ifMatch: string | undefined) {
    checkDelete(ifMatch, store.newest(call.bucket, key))
    if (versionId !== undefined) return { versionId, isMarker: deleteVersion(call, key, versionId).isMarker }
    if (call.bucket.versioning !== 'Off') return { versionId: addMarker(call, key), isMarker: true }
    deleteVersion(call, key, 'null')
    return { versionId: undefined, isMarker: false }
  }

  function deleteObject(input: DeleteObjectCommandInput, call: S3Call): Answer<DeleteObjectCommandOutput> {
    const { versionId, isMarker } = deleteOne(call, call.key, input.VersionId, input.IfMatch)
    return { VersionId: versionId, ...(isMarker && { DeleteMarker: true }) }
  }

  function deleteObjects(
    { Delete: given }: DeleteObjectsCommandInput,
    call: S3Call,
  ): Answer<DeleteObjectsCommandOutput> {
    const objects = given?.Objects ?? []
    if (objects.length === 0 || objects.length > 1000) {
      throw new ApiError(400, 'MalformedXML', 'A request to delete objects must name 1 to 1000 of them')
    }
    const answer = { Deleted: [] as object[], Errors: [] as object[] }
    for (const { Key = '', VersionId, ETag } of objects) {
      try {
        const { versionId, isMarker } = deleteOne(call, Key, VersionId, ETag)
        const marker = isMarker && { DeleteMarker: true, DeleteMarkerVersionId: versionId }
        answer.Deleted.push({ Key, ...(VersionId !== undefined && { VersionId }), ...marker })
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        answer.Errors.push({ Key, VersionId, Code: error.code, Message: error.message })
      }
    }
    return given?.Quiet ? { Errors: answer.Errors } : answer
  }

  return { DeleteObject: deleteObject, DeleteObjects: deleteObjects }
}
