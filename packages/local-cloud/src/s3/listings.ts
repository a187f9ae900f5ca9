import type * as Sdk from '@aws-sdk/client-s3'
import { fail } from './errors.ts'
import type { Operations, S3Call } from './operations.ts'
import type { Row, Table, Version } from './store.ts'

/** Listings, in the order of the keys' UTF-8 bytes. */
export const listOperations: Operations = {
  ListObjects: (input, call) => listObjects(input, call, true),
  ListObjectsV2: (input, call) => listObjects(input, call, input.FetchOwner),

  ListObjectVersions(input, call) {
    const { KeyMarker, VersionIdMarker } = input
    if (VersionIdMarker && !KeyMarker) fail(400, 'InvalidArgument', 'A version-id marker needs a key marker.')
    const { rows, encode, Owner, last, ...page } = list(input, call, call.store.versions, 'all')
    const entries = rows.map((row) => {
      const IsLatest = call.store.find(call.bucket, row.Key)?.rank === row.rank
      return { ...row, ...describe(row), Key: encode(row.Key), IsLatest, Owner }
    })
    const grouped = Object.groupBy(entries, ({ isMarker }) => (isMarker ? 'DeleteMarkers' : 'Versions'))
    return { ...page, ...grouped, NextVersionIdMarker: last?.VersionId }
  },

  ListMultipartUploads(input, call) {
    const { rows, encode, Owner, last, ...page } = list(input, call, call.store.uploads, 'all')
    const Uploads = rows.map(({ checksum, LastModified: Initiated, ...row }) => {
      return { ...row, ...checksum, Key: encode(row.Key), Initiated, StorageClass: 'STANDARD', Owner, Initiator: Owner }
    })
    return { ...page, Uploads, NextUploadIdMarker: last?.UploadId }
  },
}

function listObjects(input: ListInput, call: S3Call, hasOwner: boolean | undefined) {
  const { rows, encode, Owner, ...page } = list(input, call, call.store.versions, 'current')
  const entryOf = (row: Version) => ({ ...row, ...describe(row), Key: encode(row.Key), ...(hasOwner && { Owner }) })
  return { ...page, Contents: rows.map(entryOf) }
}

function describe({ checksum: { ChecksumAlgorithm, ChecksumType } }: Version) {
  return { StorageClass: 'STANDARD', ChecksumAlgorithm: ChecksumAlgorithm && [ChecksumAlgorithm], ChecksumType }
}

// An input has the markers of its own listing only, and of an answer only what its own output has is sent
type ListInput = Partial<
  Sdk.ListObjectsRequest & Sdk.ListObjectsV2Request & Sdk.ListObjectVersionsRequest & Sdk.ListMultipartUploadsRequest
>

/**
 * One page. Rows whose keys have the delimiter after the prefix are rolled up to a common prefix, which counts as one row and
 * is skipped by one seek. `current`: of each key only its newest row, and none when that is a delete marker.
 */
function list<Listed extends Row & { isMarker?: boolean }>(
  input: ListInput,
  { bucket, site }: S3Call,
  table: Table<Listed>,
  which: 'all' | 'current',
) {
  const { Prefix = '', Delimiter, EncodingType, ContinuationToken, StartAfter } = input
  const isEncoding = EncodingType === undefined || EncodingType === 'url'
  if (!isEncoding) fail(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request')
  const encode = (text: string) => (EncodingType ? encodeURIComponent(text).replaceAll('%2F', '/') : text)
  const marker = fromToken(ContinuationToken) ?? StartAfter ?? input.Marker ?? input.KeyMarker ?? ''
  const markerId = input.VersionIdMarker ?? input.UploadIdMarker ?? ''
  const markerRank =
    (markerId === 'null' ? table.find(bucket.Key, marker, markerId)?.rank : undefined) ?? markerId.slice(-16)
  const max = Math.min(input.MaxKeys ?? input.MaxUploads ?? 1000, 1000)

  function folderOf(key: string): string | undefined {
    const end = Delimiter && key.startsWith(Prefix) ? key.indexOf(Delimiter, Prefix.length) : -1
    return Delimiter && end >= 0 ? key.slice(0, end + Delimiter.length) : undefined
  }
  /** Where to go on: behind all keys of a folder (no key has the byte FF), behind one row of a key, or behind the key. */
  function behind(key: string, folder: string | undefined, rank: string): [from: Buffer, afterRank?: string] {
    if (folder) return [Buffer.concat([Buffer.from(folder), Buffer.of(0xff)])]
    return rank ? [Buffer.from(key), rank] : [Buffer.from(`${key}\0`)]
  }

  const [rows, CommonPrefixes]: [Listed[], { Prefix: string }[]] = [[], []]
  let [place, name, IsTruncated]: [ReturnType<typeof behind>, string, boolean] = [[Buffer.from(Prefix)], '', false]
  const start = behind(marker, folderOf(marker), markerRank)
  if (marker && start[0].compare(place[0]) > 0) place = start
  while (max > 0) {
    const row = table.next(bucket.Key, ...place)
    if (!row?.Key.startsWith(Prefix)) break
    const isListed = which === 'all' || !row.isMarker
    IsTruncated = isListed && rows.length + CommonPrefixes.length === max
    if (IsTruncated) break
    const folder = isListed ? folderOf(row.Key) : undefined
    place = behind(row.Key, folder, which === 'all' ? row.rank : '')
    if (folder) CommonPrefixes.push({ Prefix: encode(folder) })
    else if (isListed) rows.push(row)
    if (isListed) name = folder ?? row.Key
  }
  const next = IsTruncated ? encode(name) : undefined
  return {
    ...input,
    rows,
    encode,
    /** Undefined when the page does not end in a row, or nothing comes after it. */
    last: rows.find(({ Key }) => IsTruncated && Key === name) && rows.at(-1),
    Owner: { ID: site.accountId.padStart(64, '0') },
    Name: bucket.Key,
    Bucket: bucket.Key,
    Prefix: encode(Prefix),
    Delimiter: Delimiter && encode(Delimiter),
    StartAfter: StartAfter && encode(StartAfter),
    Marker: encode(marker),
    KeyMarker: encode(marker),
    MaxKeys: max,
    MaxUploads: max,
    KeyCount: rows.length + CommonPrefixes.length,
    CommonPrefixes,
    IsTruncated,
    // Without a delimiter clients go on after the last key
    NextMarker: Delimiter && next,
    NextKeyMarker: next,
    NextContinuationToken: IsTruncated ? toToken(name) : undefined,
  }
}

const toToken = (name: string) => Buffer.from(name).toString('base64url')

function fromToken(token: string | undefined): string | undefined {
  const name = token && Buffer.from(token, 'base64url').toString()
  if (name === undefined || (name && toToken(name) === token)) return name
  return fail(400, 'InvalidArgument', 'The continuation token provided is incorrect')
}
