import type { CopyObjectCommandInput, CopyObjectCommandOutput } from '@aws-sdk/client-s3'
import { Readable } from 'node:stream'
import { ApiError } from '../api.ts'
import { receive, type Received } from './body.ts'
import { type ChecksumAlgorithm, parseAlgorithm } from './checksums.ts'
import { isNotModified, noSuchKey, preconditionFailed } from './conditions.ts'
import type { Answer } from './messages.ts'
import { checksumOf, findVersion, type Operations, type S3Call, type S3Parts, versionIdOf } from './parts.ts'
import { parseTarget } from './route.ts'
import type { Bucket, StoredObject } from './store.ts'
import { parseTags } from './tags.ts'
import { keptHeaders, seenNow, writeObject } from './write-object.ts'

export type CopySource = Pick<
  CopyObjectCommandInput,
  | 'CopySource'
  | 'CopySourceIfMatch'
  | 'CopySourceIfNoneMatch'
  | 'CopySourceIfModifiedSince'
  | 'CopySourceIfUnmodifiedSince'
>

/** Copying an object, or changing its metadata, which is copying it to itself. */
export function createCopyOperations(parts: S3Parts): Operations {
  async function copyObject(input: CopyObjectCommandInput, call: S3Call): Promise<Answer<CopyObjectCommandOutput>> {
    const source = findCopySource(parts, input)
    const replacesMetadata = input.MetadataDirective === 'REPLACE'
    if (!replacesMetadata && source.isCurrent && source.bucket === call.bucket && source.object.key === call.key) {
      const message =
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
      throw new ApiError(400, 'InvalidRequest', message)
    }
    const { object } = source
    const headers = replacesMetadata ? keptHeaders(call.headers) : object.headers
    const tags = input.TaggingDirective === 'REPLACE' ? parseTags(input.Tagging) : object.tags
    const algorithm = input.ChecksumAlgorithm ? parseAlgorithm(input.ChecksumAlgorithm) : object.checksum?.algorithm
    const seen = seenNow(parts, call)
    const { blob, size, md5: eTag, checksum } = await copyBytes(parts, object, algorithm)
    const content = { headers, tags, blob, size, eTag, checksum }
    const copy = writeObject(parts, call, content, { conditions: input, seen }, 'ObjectCreated:Copy')
    return {
      CopyObjectResult: { ETag: `"${eTag}"`, LastModified: new Date(copy.modified), ...checksumOf(copy) },
      CopySourceVersionId: versionIdOf(source.bucket, object).VersionId,
      ...versionIdOf(call.bucket, copy),
    }
  }

  return { CopyObject: copyObject }
}

/** The object that x-amz-copy-source names, when the conditions about it hold. */
export function findCopySource(
  { store }: S3Parts,
  input: CopySource,
): { bucket: Bucket; object: StoredObject; isCurrent: boolean } {
  const [, path = '', versionId] = /^\/?(.*?)(?:\?versionId=([^?]*))?$/s.exec(input.CopySource ?? '') ?? []
  const { bucket: name, key } = parseTarget(`/${path.replace(/^([^/]*)%2[Ff]/, '$1/')}`)
  if (!name || !key) throw new ApiError(400, 'InvalidArgument', 'Copy Source must mention the source bucket and key')
  const bucket = store.bucket(name)
  const object = findVersion(store, bucket, key, versionId)
  if (object.type === 'marker') {
    const message = 'The source of a copy request may not specifically refer to a delete marker by version id.'
    throw versionId === undefined ? noSuchKey(key) : new ApiError(400, 'InvalidRequest', message)
  }
  const conditions = {
    IfMatch: input.CopySourceIfMatch,
    IfNoneMatch: input.CopySourceIfNoneMatch,
    IfModifiedSince: input.CopySourceIfModifiedSince,
    IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  }
  if (isNotModified(conditions, object)) throw preconditionFailed('x-amz-copy-source-If-None-Match')
  return { bucket, object, isCurrent: versionId === undefined }
}

/** The copy's own blob; its ETag and checksum are of the bytes, also when the source came in parts. */
export function copyBytes(
  { blobs }: S3Parts,
  { blob, size }: StoredObject,
  algorithm: ChecksumAlgorithm | undefined,
  { start, length } = { start: 0, length: size },
): Promise<Received> {
  const bytes = blobs.read(blob, start, length)
  return receive(bytes instanceof Readable ? bytes : Readable.from([bytes]), length, blobs, algorithm)
}
