import type {
  ListMultipartUploadsCommandInput,
  ListMultipartUploadsCommandOutput,
  ListObjectsCommandInput,
  ListObjectsCommandOutput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
  ListObjectVersionsCommandInput,
  ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3'
import { ApiError } from '../api.ts'
import type { Answer } from './messages.ts'
import { type Page, readPage } from './page.ts'
import { checksumType, type Operations, type S3Call, type S3Parts } from './parts.ts'
import type { Bucket, StoredObject, Version } from './store.ts'

interface ListInput {
  Prefix?: string | undefined
  Delimiter?: string | undefined
  EncodingType?: string | undefined
}

/** Listings, in the order of the keys' UTF-8 bytes. */
export function createListOperations({ site, store, uploads }: S3Parts): Operations {
  const Owner = { ID: site.accountId.padStart(64, '0') }

  /** Every version from a key on, with whether it is its key's newest. */
  function* versions(bucket: Bucket, from: Buffer, olderThan?: string): Generator<Listed> {
    let key = olderThan === undefined ? undefined : from.toString()
    for (const version of store.versionsFrom(bucket, from, olderThan)) {
      yield { key: version.key, version, isLatest: version.key !== key }
      key = version.key
    }
  }

  function* currentObjects(bucket: Bucket, from: Buffer): Generator<StoredObject> {
    for (const { version, isLatest } of versions(bucket, from)) if (isLatest && version.type === 'object') yield version
  }

  function objectPage(
    { bucket }: S3Call,
    input: ListInput & { MaxKeys?: number | undefined },
    after: string | undefined,
  ) {
    const max = Math.min(input.MaxKeys ?? 1000, 1000)
    const { Prefix: prefix, Delimiter: delimiter } = input
    const page = readPage((from) => currentObjects(bucket, from), { prefix, delimiter, max, after })
    const echoed = echo(input, page)
    const Contents = page.items.map((object) => ({ ...toContents(object), Key: echoed.encode(object.key) }))
    return { page, encode: echoed.encode, answer: { Name: bucket.name, MaxKeys: max, Contents, ...echoed.answer } }
  }

  function listObjectsV2(input: ListObjectsV2CommandInput, call: S3Call): Answer<ListObjectsV2CommandOutput> {
    const { ContinuationToken, StartAfter } = input
    const after = ContinuationToken === undefined ? StartAfter : fromToken(ContinuationToken)
    const { page, encode, answer } = objectPage(call, input, after)
    const Contents = answer.Contents.map((contents) => ({ ...contents, ...(input.FetchOwner && { Owner }) }))
    return {
      ...answer,
      Contents,
      KeyCount: page.items.length + page.prefixes.length,
      ContinuationToken,
      ...(StartAfter !== undefined && { StartAfter: encode(StartAfter) }),
      ...(page.isTruncated && page.last && { NextContinuationToken: toToken(page.last.name) }),
    }
  }

  function listObjects(input: ListObjectsCommandInput, call: S3Call): Answer<ListObjectsCommandOutput> {
    const { Marker = '', Delimiter } = input
    const { page, encode, answer } = objectPage(call, input, Marker)
    return {
      ...answer,
      Contents: answer.Contents.map((contents) => ({ ...contents, Owner })),
      Marker: encode(Marker),
      // Without a delimiter clients go on after the last key
      ...(page.isTruncated && page.last && Delimiter && { NextMarker: encode(page.last.name) }),
    }
  }

  function listObjectVersions(
    input: ListObjectVersionsCommandInput,
    { bucket }: S3Call,
  ): Answer<ListObjectVersionsCommandOutput> {
    const { Prefix: prefix, Delimiter: delimiter, KeyMarker: after, VersionIdMarker, MaxKeys = 1000 } = input
    if (VersionIdMarker && !after) {
      throw new ApiError(400, 'InvalidArgument', 'A version-id marker cannot be specified without a key marker.')
    }
    const isNull = VersionIdMarker === 'null' && after
    const found = isNull ? store.version(bucket, after, 'null')?.sequencer : VersionIdMarker?.slice(-16)
    const within = found && found.padStart(18, '0')
    const max = Math.min(MaxKeys, 1000)
    const scan = (from: Buffer, olderThan?: string) => versions(bucket, from, olderThan)
    const page = readPage(scan, { prefix, delimiter, max, after, within })
    const { encode, answer } = echo(input, page)
    const entry = ({ version, isLatest }: Listed) => ({
      ...(version.type === 'object' ? toContents(version) : { LastModified: new Date(version.modified) }),
      Key: encode(version.key),
      VersionId: version.versionId,
      IsLatest: isLatest,
      Owner,
    })
    const { last } = page
    return {
      ...answer,
      Name: bucket.name,
      MaxKeys: max,
      KeyMarker: encode(after ?? ''),
      VersionIdMarker: VersionIdMarker ?? '',
      Versions: page.items.filter(({ version }) => version.type === 'object').map(entry),
      DeleteMarkers: page.items.filter(({ version }) => version.type === 'marker').map(entry),
      ...(page.isTruncated && last && { NextKeyMarker: encode(last.name) }),
      ...(page.isTruncated && last?.item && { NextVersionIdMarker: last.item.version.versionId }),
    }
  }

  function listMultipartUploads(
    input: ListMultipartUploadsCommandInput,
    { bucket }: S3Call,
  ): Answer<ListMultipartUploadsCommandOutput> {
    const { Prefix: prefix, Delimiter: delimiter, KeyMarker: after, UploadIdMarker, MaxUploads = 1000 } = input
    const max = Math.min(MaxUploads, 1000)
    const scan = (from: Buffer, afterId?: string) => uploads.uploadsFrom(bucket.name, from, afterId)
    const page = readPage(scan, { prefix, delimiter, max, after, within: after && UploadIdMarker })
    const { encode, answer } = echo(input, page)
    return {
      ...answer,
      Bucket: bucket.name,
      MaxUploads: max,
      KeyMarker: encode(after ?? ''),
      UploadIdMarker: UploadIdMarker ?? '',
      Uploads: page.items.map(({ key, id, initiated, algorithm, checksumType: ChecksumType }) => ({
        Key: encode(key),
        UploadId: id,
        Initiated: new Date(initiated),
        StorageClass: 'STANDARD' as const,
        Owner,
        Initiator: Owner,
        ...(algorithm && { ChecksumAlgorithm: algorithm, ChecksumType }),
      })),
      ...(page.isTruncated && page.last && { NextKeyMarker: encode(page.last.name) }),
      ...(page.isTruncated && page.last?.item && { NextUploadIdMarker: page.last.item.id }),
    }
  }

  return {
    ListObjectsV2: listObjectsV2,
    ListObjects: listObjects,
    ListObjectVersions: listObjectVersions,
    ListMultipartUploads: listMultipartUploads,
  }
}

interface Listed {
  key: string
  version: Version
  isLatest: boolean
}

/** What all listings repeat of their input, and how keys are written: with encoding-type=url as in a URL. */
function echo({ Prefix = '', Delimiter, EncodingType }: ListInput, { prefixes, isTruncated }: Page<unknown>) {
  if (EncodingType !== undefined && EncodingType !== 'url') {
    const details = { ArgumentName: 'encoding-type', ArgumentValue: EncodingType }
    throw new ApiError(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request', details)
  }
  const encode = (text: string) => (EncodingType ? encodeURIComponent(text).replaceAll('%2F', '/') : text)
  const answer = {
    Prefix: encode(Prefix),
    ...(Delimiter && { Delimiter: encode(Delimiter) }),
    ...(EncodingType && { EncodingType: 'url' as const }),
    IsTruncated: isTruncated,
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  }
  return { encode, answer }
}

function toContents({ eTag, size, modified, checksum }: StoredObject) {
  return {
    LastModified: new Date(modified),
    ETag: `"${eTag}"`,
    ...(checksum && { ChecksumAlgorithm: [checksum.algorithm], ChecksumType: checksumType(checksum.value) }),
    Size: size,
    StorageClass: 'STANDARD' as const,
  }
}

function toToken(name: string): string {
  return Buffer.from(name).toString('base64url')
}

function fromToken(token: string): string {
  const name = Buffer.from(token, 'base64url').toString()
  if (token !== '' && toToken(name) === token) return name
  throw new ApiError(400, 'InvalidArgument', 'The continuation token provided is incorrect')
}
