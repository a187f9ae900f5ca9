import type * as S3 from '@aws-sdk/client-s3'
import { Readable } from 'node:stream'
import { ApiError } from '../api.ts'
import { receive } from './body.ts'
import { type ChecksumAlgorithm, parseAlgorithm } from './checksums.ts'
import { isNotModified, preconditionFailed } from './conditions.ts'
import type { Answer } from './messages.ts'
import {
  checksumOf,
  findVersion,
  markerError,
  type Operations,
  type S3Call,
  type S3Parts,
  versionIdOf,
} from './parts.ts'
import { parseTarget } from './route.ts'
import type { StoredObject } from './store.ts'
import { parseTags } from './tags.ts'
import { keptHeaders, writeObject } from './write-object.ts'

/** Copying an object, or changing its metadata, which is copying it to itself. */
export function createCopyOperations(parts: S3Parts): Operations {
  async function copyObject(
    input: S3.CopyObjectCommandInput,
    call: S3Call,
  ): Promise<Answer<S3.CopyObjectCommandOutput>> {
    const { bucket, object, isCurrent } = findCopySource(parts, input)
    const isReplaced = input.MetadataDirective === 'REPLACE'
    if (!isReplaced && isCurrent && bucket === call.bucket && object.key === call.key) {
      throw new ApiError(
        400,
        'InvalidRequest',
        'This copy request is illegal: it would copy an object to itself unchanged.',
      )
    }
    const headers = isReplaced ? keptHeaders(call.headers) : object.headers
    const tags = input.TaggingDirective === 'REPLACE' ? parseTags(input.Tagging) : object.tags
    const algorithm = input.ChecksumAlgorithm ? parseAlgorithm(input.ChecksumAlgorithm) : object.checksum?.algorithm
    const seen = parts.store.newest(call.bucket, call.key)?.sequencer
    const content = { headers, tags, ...(await copyBytes(parts, object, algorithm)) }
    const copy = writeObject(parts, call, content, { conditions: input, seen }, 'ObjectCreated:Copy')
    return {
      CopyObjectResult: { ETag: `"${copy.eTag}"`, LastModified: new Date(copy.modified), ...checksumOf(copy) },
      CopySourceVersionId: versionIdOf(bucket, object).VersionId,
      ...versionIdOf(call.bucket, copy),
    }
  }

  return { CopyObject: copyObject }
}

type CopySource = Pick<S3.CopyObjectCommandInput, Extract<keyof S3.CopyObjectCommandInput, `CopySource${string}`>>

/** The object that x-amz-copy-source names, when the conditions about it hold. */
export function findCopySource({ store }: S3Parts, input: Partial<CopySource>) {
  const [, path = '', versionId] = /^\/?(.*?)(?:\?versionId=([^?]*))?$/s.exec(input.CopySource ?? '') ?? []
  // Clients that encode the whole of it encode the bucket's slash as well
  const { bucket: name, key } = parseTarget(`/${path.replace(/^([^/]*)%2[Ff]/, '$1/')}`)
  const bucket = store.bucket(name)
  const object = findVersion(store, bucket, key, versionId)
  if (object.type === 'marker' && versionId === undefined) throw markerError(key, versionId)
  if (object.type === 'marker') throw new ApiError(400, 'InvalidRequest', 'The source of a copy is a delete marker.')
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
) {
  const bytes = blobs.read(blob, start, length)
  return receive(bytes instanceof Readable ? bytes : Readable.from([bytes]), length, blobs, algorithm)
}
