import type * as S3 from '@aws-sdk/client-s3'
import { ApiError } from '../api.ts'
import type { Answer } from './messages.ts'
import { type PageRequest, readPage, type Scan } from './page.ts'
import { checksumType, type Operations, type S3Parts } from './parts.ts'
import { type Bucket, sequencerIn, type StoredObject, type Version } from './store.ts'

/** Listings, in the order of the keys' UTF-8 bytes. */
export function createListOperations({ site, store, uploads }: S3Parts): Operations {
  const Owner = { ID: site.accountId.padStart(64, '0') }

  function* versions({ name }: Bucket, from: Buffer, olderThan?: string) {
    let key = olderThan === undefined ? undefined : from.toString()
    for (const version of store.versions.from(name, from, olderThan)) {
      yield { key: version.key, version, isLatest: version.key !== key }
      key = version.key
    }
  }

  function* currentObjects(bucket: Bucket, from: Buffer) {
    for (const { version, isLatest } of versions(bucket, from)) if (isLatest && version.type === 'object') yield version
  }

  function listObjects(bucket: Bucket, input: S3.ListObjectsCommandInput, after: string, owner: object | false) {
    const listed = list(input, (from) => currentObjects(bucket, from), { max: input.MaxKeys, after })
    const Contents = listed.items.map((one) => ({ ...describe(one), Key: listed.encode(one.key), ...owner }))
    return { ...listed, answer: { ...listed.answer, Name: bucket.name, MaxKeys: listed.max, Contents } }
  }

  return {
    ListObjectsV2(input: S3.ListObjectsV2CommandInput, { bucket }): Answer<S3.ListObjectsV2CommandOutput> {
      const { ContinuationToken: token, StartAfter = '' } = input
      const after = token === undefined ? StartAfter : fromToken(token)
      const { answer, items, prefixes, encode, next } = listObjects(
        bucket,
        input,
        after,
        input.FetchOwner === true && { Owner },
      )
      return {
        ...answer,
        KeyCount: items.length + prefixes.length,
        ContinuationToken: token,
        StartAfter: encode(StartAfter) || undefined,
        NextContinuationToken: next && toToken(next.name),
      }
    },

    ListObjects(input: S3.ListObjectsCommandInput, { bucket }): Answer<S3.ListObjectsCommandOutput> {
      const { Marker = '', Delimiter } = input
      const { answer, encode, next } = listObjects(bucket, input, Marker, { Owner })
      // Without a delimiter clients go on after the last key
      return { ...answer, Marker: encode(Marker), NextMarker: next && Delimiter ? encode(next.name) : undefined }
    },

    ListObjectVersions(input: S3.ListObjectVersionsCommandInput, { bucket }): Answer<S3.ListObjectVersionsOutput> {
      const { KeyMarker: after = '', VersionIdMarker: marker = '' } = input
      if (marker && !after) throw new ApiError(400, 'InvalidArgument', 'A version-id marker needs a key marker.')
      const ofNull = marker === 'null' ? store.version(bucket, after, marker)?.sequencer : undefined
      const afterId = marker ? (ofNull ?? sequencerIn(marker)) : undefined
      const scan = (from: Buffer, olderThan?: string) => versions(bucket, from, olderThan)
      const { answer, items, encode, next, max } = list(input, scan, { max: input.MaxKeys, after, afterId })
      const entries = items.map(({ version, isLatest: IsLatest }) => {
        const details = version.type === 'object' ? describe(version) : { LastModified: new Date(version.modified) }
        const { type, key, versionId: VersionId } = version
        return { type, entry: { ...details, Key: encode(key), VersionId, IsLatest, Owner } }
      })
      const entriesOf = (type: Version['type']) => entries.flatMap((one) => (one.type === type ? one.entry : []))
      return {
        ...answer,
        Name: bucket.name,
        MaxKeys: max,
        KeyMarker: encode(after),
        VersionIdMarker: marker,
        Versions: entriesOf('object'),
        DeleteMarkers: entriesOf('marker'),
        NextKeyMarker: next && encode(next.name),
        NextVersionIdMarker: next?.item?.version.versionId,
      }
    },

    ListMultipartUploads(
      input: S3.ListMultipartUploadsCommandInput,
      { bucket },
    ): Answer<S3.ListMultipartUploadsOutput> {
      const { KeyMarker: after = '', UploadIdMarker: marker = '', MaxUploads } = input
      const scan = (from: Buffer, afterId?: string) => uploads.from(bucket.name, from, afterId)
      const request = { max: MaxUploads, after, afterId: (after && marker) || undefined }
      const { answer, items, encode, next, max } = list(input, scan, request)
      const Uploads = items.map(({ key, id, initiated, checksum }) => {
        const upload = { Key: encode(key), UploadId: id, Initiated: new Date(initiated), ...checksum }
        return { ...upload, StorageClass: 'STANDARD' as const, Owner, Initiator: Owner }
      })
      const markers = { KeyMarker: encode(after), UploadIdMarker: marker }
      const nextMarkers = { NextKeyMarker: next && encode(next.name), NextUploadIdMarker: next?.item?.id }
      return { ...answer, Bucket: bucket.name, MaxUploads: max, Uploads, ...markers, ...nextMarkers }
    },
  }
}

/** A page, what every listing repeats of its input, and how keys are written: as they are, or as in a URL. */
function list<Item extends { key: string }>(
  { Prefix = '', Delimiter, EncodingType }: Pick<S3.ListObjectsCommandInput, 'Prefix' | 'Delimiter' | 'EncodingType'>,
  scan: Scan<Item>,
  { max: given = 1000, after, afterId }: Pick<PageRequest, 'after' | 'afterId'> & { max: number | undefined },
) {
  if (![undefined, 'url'].includes(EncodingType)) {
    throw new ApiError(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request')
  }
  const encode = (text: string) => (EncodingType ? encodeURIComponent(text).replaceAll('%2F', '/') : text)
  const max = Math.min(given, 1000)
  const page = readPage(scan, { prefix: Prefix, delimiter: Delimiter, max, after, afterId })
  const CommonPrefixes = page.prefixes.map((prefix) => ({ Prefix: encode(prefix) }))
  const echoed = { Prefix: encode(Prefix), Delimiter: Delimiter && encode(Delimiter), EncodingType }
  const answer = { ...echoed, IsTruncated: page.isTruncated, CommonPrefixes }
  return { ...page, max, encode, answer, next: page.isTruncated ? page.last : undefined }
}

function describe({ eTag, size, modified, checksum }: StoredObject) {
  const type = checksum && { ChecksumAlgorithm: [checksum.algorithm], ChecksumType: checksumType(checksum.value) }
  const described = {
    LastModified: new Date(modified),
    ETag: `"${eTag}"`,
    Size: size,
    StorageClass: 'STANDARD' as const,
  }
  return { ...described, ...type }
}

function toToken(name: string): string {
  return Buffer.from(name).toString('base64url')
}

function fromToken(token: string): string {
  const name = Buffer.from(token, 'base64url').toString()
  if (token !== '' && toToken(name) === token) return name
  throw new ApiError(400, 'InvalidArgument', 'The continuation token provided is incorrect')
}
