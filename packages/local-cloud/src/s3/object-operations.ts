import type * as S3 from '@aws-sdk/client-s3'
import { ApiError } from '../api.ts'
import { renderError } from '../protocols.ts'
import { receiveBody } from './body.ts'
import { isNotModified } from './conditions.ts'
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
import type { Version } from './store.ts'
import { parseTags } from './tags.ts'
import { keptHeaders, writeObject } from './write-object.ts'

/** Uploading an object in one request, and reading it. */
export function createObjectOperations(parts: S3Parts): Operations {
  const { store, blobs } = parts

  async function putObject(input: S3.PutObjectCommandInput, call: S3Call): Promise<Answer<S3.PutObjectCommandOutput>> {
    const kept = { headers: keptHeaders(call.headers), tags: parseTags(input.Tagging) }
    const seen = store.newest(call.bucket, call.key)?.sequencer
    const received = await receiveBody(call, blobs)
    const object = writeObject(parts, call, { ...kept, ...received }, { conditions: input, seen }, 'ObjectCreated:Put')
    return { ETag: `"${object.eTag}"`, ...checksumOf(object), ...versionIdOf(call.bucket, object) }
  }

  function getObject(input: S3.GetObjectCommandInput, call: S3Call): Answer<S3.GetObjectCommandOutput> {
    if (input.PartNumber) throw new ApiError(501, 'NotImplemented', 'partNumber is not modelled by the local cloud')
    const object = findVersion(store, call.bucket, call.key, input.VersionId)
    if (object.type === 'marker') return refuseMarker(object, input.VersionId, call)
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
  const pattern = /^response-(cache-control|content-(?:disposition|encoding|language|type)|expires)$/
  return Object.fromEntries(
    [...url.searchParams]
      .map(([name, value]) => [pattern.exec(name)?.[1] ?? '', value])
      .filter(([name]) => name !== ''),
  )
}

/** S3 answers with headers here, so that a client can tell a deleted object from one that never was. */
function refuseMarker({ versionId, modified }: Version, asked: string | undefined, { url, key, requestId }: S3Call) {
  const reply = renderError(markerError(key, asked), { service: 's3', isJson: false, path: url.pathname, requestId })
  const headers = { ...reply.headers, 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId }
  const lastModified = new Date(modified).toUTCString()
  const ofVersion = asked === undefined ? {} : { allow: 'DELETE', 'last-modified': lastModified }
  return { $reply: { ...reply, headers: { ...headers, ...ofVersion } } }
}

/** One range; S3 answers several, and what is no range, with the whole object. */
function parseRange(text = '', size: number) {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(text) ?? []
  if (first + last === '' || (first && last && Number(last) < Number(first))) return undefined
  const start = first ? Number(first) : Math.max(0, size - Number(last))
  const end = first && last ? Math.min(Number(last), size - 1) : size - 1
  if (start <= end) return { start, length: end - start + 1 }
  const details = { RangeRequested: text, ActualObjectSize: String(size) }
  throw new ApiError(416, 'InvalidRange', 'The requested range is not satisfiable', details)
}
