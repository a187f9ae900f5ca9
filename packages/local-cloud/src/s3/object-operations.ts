import type {
  GetObjectCommandInput,
  GetObjectCommandOutput,
  PutObjectCommandInput,
  PutObjectCommandOutput,
} from '@aws-sdk/client-s3'
import { ApiError } from '../api.ts'
import { renderError } from '../error-replies.ts'
import { receiveBody } from './body.ts'
import { isNotModified, noSuchKey } from './conditions.ts'
import type { Answer } from './messages.ts'
import {
  checksumOf,
  findVersion,
  markerNotAllowed,
  type Operations,
  type S3Call,
  type S3Parts,
  versionIdOf,
} from './parts.ts'
import type { StoredObject, Version } from './store.ts'
import { parseTags } from './tags.ts'
import { keptHeaders, seenNow, writeObject } from './write-object.ts'

/** Uploading an object in one request, and reading it. */
export function createObjectOperations(parts: S3Parts): Operations {
  const { store, blobs } = parts

  async function putObject(input: PutObjectCommandInput, call: S3Call): Promise<Answer<PutObjectCommandOutput>> {
    const headers = keptHeaders(call.headers)
    const tags = parseTags(input.Tagging)
    const seen = seenNow(parts, call)
    const { blob, size, md5: eTag, checksum } = await receiveBody(call, blobs)
    const content = { headers, tags, blob, size, eTag, checksum }
    const object = writeObject(parts, call, content, { conditions: input, seen }, 'ObjectCreated:Put')
    return { ETag: `"${eTag}"`, ...checksumOf(object), ...versionIdOf(call.bucket, object) }
  }

  function getObject(input: GetObjectCommandInput, call: S3Call): Answer<GetObjectCommandOutput> {
    if (input.PartNumber !== undefined) {
      throw new ApiError(501, 'NotImplemented', 'partNumber is not modelled by the local cloud')
    }
    const object = findVersion(store, call.bucket, call.key, input.VersionId)
    if (object.type === 'marker') return refuseMarker(object, input, call)
    const answer = {
      ETag: `"${object.eTag}"`,
      LastModified: new Date(object.modified),
      AcceptRanges: 'bytes',
      ...(object.tags.length > 0 && { TagCount: object.tags.length }),
      ...versionIdOf(call.bucket, object),
      $headers: { ...object.headers, ...overrides(call) },
    }
    if (isNotModified(input, object)) return { ...answer, $status: 304 }
    const range = parseRange(input.Range, object.size)
    const { start, length } = range ?? { start: 0, length: object.size }
    return {
      ...answer,
      ContentLength: length,
      ...(call.method === 'GET' && { Body: blobs.read(object.blob, start, length) }),
      ...(range && { $status: 206, ContentRange: `bytes ${start}-${start + length - 1}/${object.size}` }),
      // A client would compare the whole object's checksum with the range
      ...(input.ChecksumMode === 'ENABLED' && !range && checksumOf(object)),
    }
  }

  return { PutObject: putObject, GetObject: getObject, HeadObject: getObject }
}

/** Headers that a GET asks for by parameters like response-content-type. */
function overrides({ url }: S3Call): Record<string, string> {
  const names = [
    'cache-control',
    'content-disposition',
    'content-encoding',
    'content-language',
    'content-type',
    'expires',
  ]
  const asked = names.map((name) => [name, url.searchParams.get(`response-${name}`)])
  return Object.fromEntries(asked.filter(([, value]) => value !== null))
}

/** S3 answers with headers here, so that a client can tell a deleted object from one that never was. */
function refuseMarker(marker: Version, { VersionId }: GetObjectCommandInput, call: S3Call) {
  const error = VersionId === undefined ? noSuchKey(call.key) : markerNotAllowed()
  const rendered = renderError(error, {
    service: 's3',
    isJson: false,
    path: call.url.pathname,
    requestId: call.requestId,
  })
  const headers = {
    ...rendered.headers,
    'x-amz-delete-marker': 'true',
    'x-amz-version-id': marker.versionId,
    ...(VersionId !== undefined && { allow: 'DELETE', 'last-modified': new Date(marker.modified).toUTCString() }),
  }
  return { $reply: { ...rendered, headers } }
}

/** One range; S3 answers several, and what is no range, with the whole object. */
function parseRange(text: string | undefined, size: StoredObject['size']) {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(text ?? '') ?? []
  if (first === undefined || last === undefined || first + last === '') return undefined
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start <= end) return { start, length: end - start + 1 }
  const details = { RangeRequested: String(text), ActualObjectSize: String(size) }
  throw new ApiError(416, 'InvalidRange', 'The requested range is not satisfiable', details)
}
