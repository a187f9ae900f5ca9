import type * as Sdk from '@aws-sdk/client-s3'
import { fail } from './conditions.ts'
import type { Operations, S3Call } from './operations.ts'
import { xmlNamespace } from './protocol.ts'
import { type Row, type Upload, uploadsOf, type Version } from './store.ts'

/** Listings, in the order of the keys' UTF-8 bytes, and what a template has made of a bucket: nothing else changes it. */
export const listOperations: Operations = {
  ListBuckets({ Prefix = '' }, { store, site }) {
    const found = [...store.buckets.values()].filter(({ Key }) => Key.startsWith(Prefix))
    found.sort((one, other) => (one.Key < other.Key ? -1 : 1))
    const region = { BucketRegion: site.region }
    const Buckets = found.map(({ Key, LastModified }) => ({ Name: Key, CreationDate: LastModified, ...region }))
    return { Buckets, Owner: ownerOf(site) }
  },
  HeadBucket: (_, { site }) => ({ BucketRegion: site.region }),
  // The one answer whose root element holds text, which no schema expresses
  GetBucketLocation: (_, { site: { region } }) => ({
    Body: `<LocationConstraint xmlns="${xmlNamespace}">${region}</LocationConstraint>`,
  }),
  GetBucketVersioning: (_, { bucket: { versioning } }) => ({ Status: versioning === 'Off' ? undefined : versioning }),
  GetBucketNotificationConfiguration: (_, { bucket }) => ({ TopicConfigurations: bucket.topics }),

  ListObjects: (input, call) => listObjects(input, call, true),
  ListObjectsV2: (input, call) => listObjects(input, call, input.FetchOwner),

  ListObjectVersions(input, call) {
    const { KeyMarker, VersionIdMarker } = input
    if (VersionIdMarker && !KeyMarker) fail(400, 'InvalidArgument', 'A version-id marker needs a key marker.')
    const { rows, encode, Owner, last, ...page } = list<Version>(input, call, call.bucket.Key)
    const entries = rows.map((row) => {
      const IsLatest = call.store.version(call.bucket, row.Key)?.rank === row.rank
      return { ...row, ...describe(row), Key: encode(row.Key), IsLatest, Owner }
    })
    const grouped = Object.groupBy(entries, ({ isMarker }) => (isMarker ? 'DeleteMarkers' : 'Versions'))
    return { ...page, ...grouped, NextVersionIdMarker: last?.VersionId }
  },

  ListMultipartUploads(input, call) {
    const { rows, encode, Owner, last, ...page } = list<Upload>(input, call, uploadsOf(call.bucket))
    const owners = { StorageClass: 'STANDARD', Owner, Initiator: Owner }
    const Uploads = rows.map(({ checksum, LastModified: Initiated, ...row }) => {
      return { ...row, ...checksum, ...owners, Key: encode(row.Key), Initiated }
    })
    return { ...page, Uploads, NextUploadIdMarker: last?.UploadId }
  },
}

const ownerOf = ({ accountId }: S3Call['site']) => ({ ID: accountId.padStart(64, '0') })

function listObjects(input: ListInput, call: S3Call, hasOwner: boolean | undefined) {
  const { rows, encode, Owner, ...page } = list<Version>(input, call, call.bucket.Key, false)
  const entryOf = (row: Version) => ({ ...row, ...describe(row), Key: encode(row.Key), ...(hasOwner && { Owner }) })
  return { ...page, Contents: rows.map(entryOf) }
}

const describe = ({ checksum: { ChecksumAlgorithm: algorithm, ChecksumType } }: Version) => {
  return { StorageClass: 'STANDARD', ChecksumAlgorithm: algorithm && [algorithm], ChecksumType }
}

// An input has the markers of its own listing only, and of an answer only what its own output has is sent
type ListInput = Partial<
  Sdk.ListObjectsRequest & Sdk.ListObjectsV2Request & Sdk.ListObjectVersionsRequest & Sdk.ListMultipartUploadsRequest
>

/**
 * One page. Rows whose keys have the delimiter after the prefix are rolled up to a common prefix, which counts as one row and
 * is skipped by one seek. Otherwise than `isAll`: of each key only its newest row, and none when that is a delete marker.
 */
function list<Listed extends Row & { isMarker?: boolean }>(
  input: ListInput,
  call: S3Call,
  place: string,
  isAll = true,
) {
  const { site, store } = call
  const { Prefix = '', Delimiter, EncodingType, ContinuationToken, StartAfter } = input
  const isEncoding = EncodingType === undefined || EncodingType === 'url'
  if (!isEncoding) fail(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request')
  const encode = (text: string | undefined) =>
    text && EncodingType ? encodeURIComponent(text).replaceAll('%2F', '/') : text
  const marker = fromToken(ContinuationToken) ?? StartAfter ?? input.Marker ?? input.KeyMarker ?? ''
  const markerId = input.VersionIdMarker ?? input.UploadIdMarker ?? ''
  const ofNull = markerId === 'null' ? store.find(place, marker, markerId)?.rank : undefined
  const max = Math.min(input.MaxKeys ?? input.MaxUploads ?? 1000, 1000)

  function folderOf(key: string): string | undefined {
    const end = Delimiter && key.startsWith(Prefix) ? key.indexOf(Delimiter, Prefix.length) : -1
    return Delimiter && end >= 0 ? key.slice(0, end + Delimiter.length) : undefined
  }
  /** Where to go on: behind all keys of a folder (no key has the byte FF), behind a row of the key, or behind the key. */
  function behind(key: string, rank: string): [from: Buffer, afterRank?: string] {
    const folder = folderOf(key)
    if (folder) return [Buffer.concat([Buffer.from(folder), Buffer.of(0xff)])]
    return rank ? [Buffer.from(key), rank] : [Buffer.from(`${key}\0`)]
  }
  function findNext(): Listed | undefined {
    let row = store.next<Listed>(place, ...cursor)
    while (!isAll && row?.isMarker) row = store.next<Listed>(place, Buffer.from(`${row.Key}\0`))
    return row?.Key.startsWith(Prefix) ? row : undefined
  }

  const [first, start] = [Buffer.from(Prefix), behind(marker, ofNull ?? markerId.slice(-16))]
  let cursor: ReturnType<typeof behind> = marker && start[0].compare(first) > 0 ? start : [first]
  const [rows, CommonPrefixes]: [Listed[], object[]] = [[], []]
  let [name, IsTruncated] = ['', false]
  for (let row = max > 0 ? findNext() : undefined; row; row = findNext()) {
    IsTruncated = rows.length + CommonPrefixes.length === max
    if (IsTruncated) break
    const folder = folderOf(row.Key)
    if (folder) CommonPrefixes.push({ Prefix: encode(folder) })
    else rows.push(row)
    name = folder ?? row.Key
    cursor = behind(row.Key, isAll ? row.rank : '')
  }
  const next = IsTruncated ? encode(name) : undefined
  return {
    ...input,
    Prefix: encode(Prefix),
    Delimiter: encode(Delimiter),
    StartAfter: encode(StartAfter),
    Marker: encode(marker),
    KeyMarker: encode(marker),
    NextKeyMarker: next,
    // Without a delimiter clients of the first version go on after the last key
    NextMarker: Delimiter && next,
    NextContinuationToken: IsTruncated ? toToken(name) : undefined,
    MaxKeys: max,
    MaxUploads: max,
    KeyCount: rows.length + CommonPrefixes.length,
    IsTruncated,
    CommonPrefixes,
    Owner: ownerOf(site),
    rows,
    encode,
    /** The row that the page ends in, unless it is a folder or nothing comes after it. */
    last: IsTruncated && rows.at(-1)?.Key === name ? rows.at(-1) : undefined,
  }
}

const toToken = (name: string) => Buffer.from(name).toString('base64url')

function fromToken(token: string | undefined): string | undefined {
  const name = token && Buffer.from(token, 'base64url').toString()
  if (name === undefined || (name && toToken(name) === token)) return name
  return fail(400, 'InvalidArgument', 'The continuation token provided is incorrect')
}
