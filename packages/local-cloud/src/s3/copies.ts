import type { CopyObjectCommandInput } from '@aws-sdk/client-s3'
import { parseAlgorithm } from './checksums.ts'
import { checkConditions } from './conditions.ts'
import { fail, failPrecondition } from './errors.ts'
import { describeUpload, findVersion, writeObject } from './objects.ts'
import type { Operations, S3Call } from './operations.ts'
import { arnOf } from './permissions.ts'
import { unprefix } from './protocol.ts'
import { parseCopySource } from './route.ts'

/** Copying an object, which is also how its headers are changed. */
export const copyOperations: Operations = {
  async CopyObject(input, call) {
    const { source, bucket, isCurrent, CopySourceVersionId } = findCopySource(input, call)
    const [isDescribed, isTagged] = [input.MetadataDirective === 'REPLACE', input.TaggingDirective === 'REPLACE']
    if (!isDescribed && isCurrent && bucket === call.bucket && source.Key === call.key) {
      fail(400, 'InvalidRequest', 'This copy request is illegal: it would copy an object to itself.')
    }
    if (!isTagged && source.TagSet.length > 0) {
      call.authorize(call.principal, 's3:GetObjectTagging', arnOf(bucket.Key, source.Key))
      call.authorize(call.principal, 's3:PutObjectTagging', arnOf(call.bucket.Key, call.key))
    }
    const { headers, TagSet } = describeUpload(input)
    const description = { headers: isDescribed ? headers : source.headers, TagSet: isTagged ? TagSet : source.TagSet }
    const algorithm = parseAlgorithm(input.ChecksumAlgorithm) ?? source.checksum.ChecksumAlgorithm
    // The copy has its own blob, and an ETag of its bytes also when the source came in parts
    const writing = call.blobs.write(call.blobs.stream([source]), algorithm)
    const copy = await writeObject(call, input, description, writing, 'Copy')
    return { CopyObjectResult: { ...copy, ...copy.checksum }, CopySourceVersionId, VersionId: copy.VersionId }
  },
}

/** The object that x-amz-copy-source names, when the conditions about it hold. */
export function findCopySource(input: Partial<CopyObjectCommandInput>, call: S3Call) {
  const { store } = call
  const { bucket: name, key, versionId } = parseCopySource(input.CopySource ?? '')
  const bucket = store.bucket(name)
  const isMarker = versionId !== undefined && store.find(bucket, key, versionId)?.isMarker
  if (isMarker) fail(400, 'InvalidRequest', 'The source of a copy is a delete marker.')
  const source = findVersion(call, bucket, key, versionId)
  if (checkConditions(unprefix(input, 'CopySource'), source)) failPrecondition('x-amz-copy-source-If-None-Match')
  const CopySourceVersionId = bucket.versioning === 'Off' ? undefined : source.VersionId
  return { source, bucket, isCurrent: versionId === undefined, CopySourceVersionId }
}
