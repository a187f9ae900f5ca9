import { ApiError } from '../api.ts'
import { checkConditions, fail, failPrecondition } from './conditions.ts'
import { notify } from './notifications.ts'
import type { Operations, S3Call } from './operations.ts'
import { actionOn, arnOf } from './permissions.ts'

/** Deleting objects and versions. Deleting what does not exist succeeds and tells nobody. */
export const deleteOperations: Operations = {
  DeleteObject: ({ VersionId, IfMatch }, call) => deleteVersion(call, call.key, VersionId, IfMatch),

  DeleteObjects({ Delete }, call) {
    const { Objects = [], Quiet } = Delete ?? {}
    const isCount = Objects.length >= 1 && Objects.length <= 1000
    if (!isCount) fail(400, 'MalformedXML', 'A request to delete objects must name 1 to 1000 of them')
    const [Deleted, Errors]: [object[], object[]] = [[], []]
    for (const { Key = '', VersionId, ETag } of Objects) {
      try {
        call.authorize(call.principal, `s3:${actionOn('DeleteObject', VersionId)}`, arnOf(call.bucket.Key, Key))
        const { DeleteMarker, VersionId: id } = deleteVersion(call, Key, VersionId, ETag)
        Deleted.push({ Key, VersionId, ...(DeleteMarker && { DeleteMarker, DeleteMarkerVersionId: id }) })
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        Errors.push({ Key, VersionId, Code: error.code, Message: error.message })
      }
    }
    return { Deleted: Quiet ? [] : Deleted, Errors }
  },
}

// Events of delete markers have the ETag of no bytes
const nothing = { blob: '', Size: 0, ETag: '"d41d8cd98f00b204e9800998ecf8427e"', checksum: {}, headers: {}, TagSet: [] }

function deleteVersion(call: S3Call, Key: string, VersionId: string | undefined, IfMatch: string | undefined) {
  const { bucket, store } = call
  // A conditional delete is always about the current version
  const newest = store.version(bucket, Key)
  if (IfMatch !== undefined && newest?.isMarker) failPrecondition('If-Match')
  checkConditions({ IfMatch }, newest)
  if (VersionId === undefined && bucket.versioning !== 'Off') {
    const marker = store.addVersion(bucket, Key, nothing, true)
    notify(call, 'ObjectRemoved:DeleteMarkerCreated', { ...marker, Size: undefined })
    return { DeleteMarker: true, VersionId: marker.VersionId }
  }
  const version = store.version(bucket, Key, VersionId ?? 'null')
  if (version) {
    const rank = store.removeVersion(bucket, version)
    notify(call, 'ObjectRemoved:Delete', { Key, VersionId: version.VersionId, rank })
  }
  return { DeleteMarker: version?.isMarker || undefined, VersionId }
}
