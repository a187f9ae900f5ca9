import type { CopyObjectCommandInput, GetObjectCommandInput, PutObjectCommandInput, Tag } from '@aws-sdk/client-s3'
import { ApiError } from '../api.ts'
import type { Content } from './blobs.ts'
import { type ChecksumAlgorithm, parseAlgorithm, requestedAlgorithm } from './checksums.ts'
import { checkConditions, checkWrite, type Conditions, fail, failPrecondition, noSuchKey } from './conditions.ts'
import { notify } from './notifications.ts'
import type { Operations, S3Call } from './operations.ts'
import { arnOf } from './permissions.ts'
import { parseCopySource, unprefix } from './protocol.ts'
import type { Description, Version } from './store.ts'

/** Uploading an object in one request, reading it, copying it, which is also how its headers are changed, and its tags. */
export const objectOperations: Operations = {
  async PutObject(input, call) {
    const object = await writeObject(call, input, describeUpload(input), receive(call), 'Put')
    return { ...object, ...object.checksum, Size: undefined }
  },

  GetObject: getObject,
  HeadObject: getObject,

  async CopyObject(input, call) {
    const { source, arn: from, isCurrent, CopySourceVersionId } = findCopySource(input, call)
    const [isDescribed, isTagged] = [input.MetadataDirective === 'REPLACE', input.TaggingDirective === 'REPLACE']
    const [to, hasTags] = [arnOf(call.bucket.Key, call.key), !isTagged && source.TagSet.length > 0]
    const isNothing = from === to && isCurrent && !isDescribed
    if (isNothing) fail(400, 'InvalidRequest', 'This copy request is illegal: it would copy an object to itself.')
    if (hasTags) call.authorize(call.principal, 's3:GetObjectTagging', from)
    if (hasTags) call.authorize(call.principal, 's3:PutObjectTagging', to)
    const { headers, TagSet } = describeUpload(input)
    const description = { headers: isDescribed ? headers : source.headers, TagSet: isTagged ? TagSet : source.TagSet }
    const algorithm = parseAlgorithm(input.ChecksumAlgorithm) ?? source.checksum.ChecksumAlgorithm
    // The copy has its own blob, and an ETag of its bytes also when the source came in parts
    const writing = call.blobs.write(call.blobs.stream([source]), algorithm)
    const copy = await writeObject(call, input, description, writing, 'Copy')
    return { CopyObjectResult: { ...copy, ...copy.checksum }, CopySourceVersionId, VersionId: copy.VersionId }
  },

  GetObjectTagging: ({ VersionId }, call) => ({ ...findVersion(call, VersionId) }),
  PutObjectTagging: ({ VersionId, Tagging }, call) => setTags(call, VersionId, checkTags(Tagging?.TagSet ?? []), 'Put'),
  DeleteObjectTagging: ({ VersionId }, call) => setTags(call, VersionId, [], 'Delete'),
}

function getObject(input: GetObjectCommandInput, call: S3Call) {
  if (input.PartNumber) fail(501, 'NotImplemented', 'partNumber is not modelled by the local cloud')
  const object = findVersion(call, input.VersionId)
  const { Size, TagSet, headers, checksum } = object
  const TagCount = TagSet.length || undefined
  const answer = { ...object, ...headers, ...unprefix(input, 'Response'), TagCount, AcceptRanges: 'bytes' }
  if (checkConditions(input, object)) return { ...answer, $status: 304 }
  const range = parseRange(input.Range, Size)
  const { start, length } = range ?? { start: 0, length: Size }
  return {
    ...answer,
    ContentLength: length,
    ...(call.method === 'GET' && { Body: call.blobs.read(object, start, length) }),
    ...(range && { $status: 206, ContentRange: `bytes ${start}-${start + length - 1}/${Size}` }),
    // A client would compare the whole object's checksum with the range
    ...(input.ChecksumMode === 'ENABLED' && !range && checksum),
  }
}

/** One range; S3 answers several, and what is no range, with the whole object. */
export function parseRange(text = '', size: number) {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(text) ?? []
  if (first + last === '' || (first && last && Number(last) < Number(first))) return undefined
  const start = first ? Number(first) : Math.max(0, size - Number(last))
  const end = first && last ? Math.min(Number(last), size - 1) : size - 1
  if (start <= end) return { start, length: end - start + 1 }
  const details = { RangeRequested: text, ActualObjectSize: String(size) }
  return fail(416, 'InvalidRange', 'The requested range is not satisfiable', details)
}

/** The version asked for, or the current one. Throws what S3 answers when there is none, or a delete marker. */
export function findVersion({ bucket, key, ...call }: S3Call, VersionId: string | undefined): Version {
  const found = call.store.version(bucket, key, VersionId)
  if (found && !found.isMarker) return found
  const isAsked = VersionId !== undefined
  if (isAsked && !found) fail(404, 'NoSuchVersion', 'The specified version does not exist.', { Key: key, VersionId })
  // Who may not list a bucket shall not learn what is not in it
  if (!isAsked) call.authorize(call.principal, 's3:ListBucket', arnOf(bucket.Key))
  const error = isAsked ? new ApiError(405, 'MethodNotAllowed', 'It is a delete marker.') : noSuchKey(key)
  // By these a client can tell a deleted object from one that never was
  if (found) error.headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': found.VersionId }
  if (isAsked) error.headers['allow'] = 'DELETE'
  throw error
}

const kept = /^(CacheControl|Content(Disposition|Encoding|Language|Type)|Expires|Metadata)$/

export function describeUpload(input: Pick<PutObjectCommandInput, 'Tagging'>): Description {
  const headers = Object.fromEntries(Object.entries(input).filter(([name]) => kept.test(name)))
  const tags = [...new URLSearchParams(input.Tagging)].map(([Key, Value]) => ({ Key, Value }))
  return { headers: { ContentType: 'binary/octet-stream', ...headers }, TagSet: checkTags(tags) }
}

/** Stores a request's body. */
export function receive({ headers, body, blobs }: S3Call, expected?: ChecksumAlgorithm): Promise<Content> {
  const length = Number(headers['content-length'] ?? Number.NaN)
  if (Number.isNaN(length)) fail(411, 'MissingContentLength', 'There is no Content-Length header.')
  if (length > 5 * 1024 ** 3) fail(400, 'EntityTooLarge', 'An upload can have 5 GiB, or 5 GiB in each part.')
  return blobs.write(body, requestedAlgorithm(headers, expected), headers)
}

/**
 * Makes bytes the current version of the call's key, and tells the topics. The conditions are checked with nothing between
 * check and change, so that of two conditional writes one wins. `seen`: see `checkWrite`.
 */
export async function writeObject(
  call: S3Call,
  conditions: Conditions,
  { headers, TagSet }: Description,
  writing: Promise<Content>,
  how: 'Put' | 'Copy' | 'CompleteMultipartUpload',
  seen = call.store.version(call.bucket, call.key)?.rank ?? '',
): Promise<Version> {
  const { bucket, key, store, blobs } = call
  const content = await writing
  try {
    checkWrite(conditions, store.version(bucket, key), seen)
  } catch (error) {
    blobs.remove(content)
    throw error
  }
  const object = store.addVersion(bucket, key, { headers, TagSet, ...content })
  notify(call, `ObjectCreated:${how}`, object)
  return object
}

/** The object that x-amz-copy-source names, when the conditions about it hold. */
export function findCopySource(input: Partial<CopyObjectCommandInput>, call: S3Call) {
  const { bucket: name, key, versionId } = parseCopySource(input.CopySource ?? '')
  const bucket = call.store.bucket(name)
  const isMarker = versionId !== undefined && call.store.version(bucket, key, versionId)?.isMarker
  if (isMarker) fail(400, 'InvalidRequest', 'The source of a copy is a delete marker.')
  const source = findVersion({ ...call, bucket, key }, versionId)
  if (checkConditions(unprefix(input, 'CopySource'), source)) failPrecondition('x-amz-copy-source-If-None-Match')
  const CopySourceVersionId = bucket.versioning === 'Off' ? undefined : source.VersionId
  return { source, arn: arnOf(name, key), isCurrent: versionId === undefined, CopySourceVersionId }
}

/** Changing tags makes no new version. */
function setTags(call: S3Call, versionId: string | undefined, TagSet: Tag[], how: string) {
  const object = findVersion(call, versionId)
  const { Key, VersionId, ETag } = object
  call.store.set(call.bucket.Key, VersionId, { ...object, TagSet })
  notify(call, `ObjectTagging:${how}`, { Key, VersionId, ETag })
  return { VersionId }
}

function checkTags(tags: Tag[]): Tag[] {
  if (tags.length > 10) fail(400, 'BadRequest', 'Object tags cannot be greater than 10')
  const isValid = ({ Key = '', Value = '' }: Tag) => /^(?!aws:).{1,128}$/su.test(Key) && Value.length <= 256
  if (tags.every(isValid) && new Set(tags.map(({ Key }) => Key)).size === tags.length) return tags
  return fail(400, 'InvalidTag', 'A tag is too long, has no key or one that begins with aws:, or occurs twice')
}
