import type * as S3 from '@aws-sdk/client-s3'
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { ApiError } from '../api.ts'
import { receive, receiveBody } from './body.ts'
import { type Checksum, createChecksum, parseAlgorithm, requestedAlgorithm, verifyChecksum } from './checksums.ts'
import { copyBytes, findCopySource } from './copy-object.ts'
import type { Answer } from './messages.ts'
import { checksumOf, type Operations, type S3Call, type S3Parts, versionIdOf } from './parts.ts'
import { type ObjectContent, wholeSecond } from './store.ts'
import { parseTags } from './tags.ts'
import { keptHeaders, writeObject } from './write-object.ts'

/** A multipart upload that has been started. */
export interface Upload extends Pick<ObjectContent, 'headers' | 'tags'> {
  id: string
  key: string
  initiated: number
  checksum?: { ChecksumAlgorithm: Checksum['algorithm']; ChecksumType: 'COMPOSITE' | 'FULL_OBJECT' } | undefined
  /** The sequencer of the version that was the newest then. */
  seen: string | undefined
}

export interface UploadedPart extends Pick<ObjectContent, 'blob' | 'size' | 'eTag' | 'checksum'> {
  number: number
  modified: number
}

const minPartSize = 5 * 1024 ** 2

/** Uploading an object in parts. */
export function createMultipartOperations(parts: S3Parts): Operations {
  const { site, store, uploads, uploadedParts, blobs } = parts

  function find({ bucket, key }: S3Call, id = ''): Upload {
    const upload = uploads.get(bucket.name, key, id)
    if (upload) return upload
    throw new ApiError(404, 'NoSuchUpload', 'The upload does not exist, or it was aborted or completed.', {
      UploadId: id,
    })
  }

  const partsOf = ({ id }: Upload) => [...uploadedParts.from(id, Buffer.alloc(0))]

  function addPart(call: S3Call, { id }: Upload, part: Omit<UploadedPart, 'modified'>): UploadedPart {
    const place = [id, String(part.number).padStart(5, '0'), ''] as const
    // While the part was on its way the upload may have ended
    const isOpen = uploads.get(call.bucket.name, call.key, id) !== undefined
    const superfluous = isOpen ? uploadedParts.get(...place) : part
    const added = { ...part, modified: wholeSecond() }
    if (isOpen) uploadedParts.set(...place, added)
    if (superfluous) blobs.remove(superfluous.blob)
    find(call, id)
    return added
  }

  function end({ bucket }: S3Call, upload: Upload): void {
    uploads.remove(bucket.name, upload.key, upload.id)
    for (const { number, blob } of partsOf(upload)) {
      uploadedParts.remove(upload.id, String(number).padStart(5, '0'), '')
      blobs.remove(blob)
    }
  }

  async function* read(chosen: UploadedPart[]): AsyncGenerator<Buffer> {
    for (const { blob, size } of chosen) {
      const bytes = blobs.read(blob, 0, size)
      if (bytes instanceof Readable) yield* bytes
      else yield bytes
    }
  }

  return {
    CreateMultipartUpload(
      input: S3.CreateMultipartUploadCommandInput,
      call,
    ): Answer<S3.CreateMultipartUploadCommandOutput> {
      const { bucket, key } = call
      const ChecksumAlgorithm = input.ChecksumAlgorithm && parseAlgorithm(input.ChecksumAlgorithm)
      const usualType = ChecksumAlgorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE'
      const checksum = ChecksumAlgorithm && { ChecksumAlgorithm, ChecksumType: input.ChecksumType ?? usualType }
      const initiated = Date.now()
      // Ids of one key sort by time, which is the order of a listing
      const id = `${initiated.toString(36).padStart(10, '0')}${randomBytes(32).toString('hex')}`
      const kept = { headers: keptHeaders(call.headers), tags: parseTags(input.Tagging) }
      const seen = store.newest(bucket, key)?.sequencer
      uploads.set(bucket.name, key, id, { id, key, initiated, checksum, ...kept, seen })
      return { Bucket: bucket.name, Key: key, UploadId: id, ...checksum }
    },

    async UploadPart(input: S3.UploadPartCommandInput, call): Promise<Answer<S3.UploadPartCommandOutput>> {
      const number = checkPartNumber(input.PartNumber)
      const upload = find(call, input.UploadId)
      const [expected, given] = [upload.checksum?.ChecksumAlgorithm, requestedAlgorithm(call.headers)]
      if (expected && given && given !== expected) {
        const message = `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual: ${given}`
        throw new ApiError(400, 'InvalidRequest', message)
      }
      const part = addPart(call, upload, { number, ...(await receiveBody(call, blobs, expected)) })
      return { ETag: `"${part.eTag}"`, ...partChecksum(part) }
    },

    async UploadPartCopy(input: S3.UploadPartCopyCommandInput, call): Promise<Answer<S3.UploadPartCopyCommandOutput>> {
      const number = checkPartNumber(input.PartNumber)
      const upload = find(call, input.UploadId)
      const { bucket, object } = findCopySource(parts, input)
      const range = parseCopyRange(input.CopySourceRange, object.size)
      const bytes = await copyBytes(parts, object, upload.checksum?.ChecksumAlgorithm, range)
      const part = addPart(call, upload, { number, ...bytes })
      return {
        CopyPartResult: { ETag: `"${part.eTag}"`, LastModified: new Date(part.modified), ...partChecksum(part) },
        CopySourceVersionId: versionIdOf(bucket, object).VersionId,
      }
    },

    async CompleteMultipartUpload(
      input: S3.CompleteMultipartUploadCommandInput,
      call,
    ): Promise<Answer<S3.CompleteMultipartUploadCommandOutput>> {
      const { bucket, key } = call
      const upload = find(call, input.UploadId)
      const { headers, tags, seen } = upload
      const { ChecksumAlgorithm: algorithm, ChecksumType: type } = upload.checksum ?? {}
      const chosen = chooseParts(input.MultipartUpload?.Parts ?? [], partsOf(upload))
      const length = chosen.reduce((sum, part) => sum + part.size, 0)
      const whole = type === 'FULL_OBJECT' ? algorithm : undefined
      const received = await receive(Readable.from(read(chosen), { objectMode: false }), length, blobs, whole)
      const checksum = algorithm && !whole ? combine(algorithm, chosen) : received.checksum
      if (checksum) verifyChecksum(checksum, call.headers)
      const eTags = Buffer.from(chosen.map((part) => part.eTag).join(''), 'hex')
      const eTag = `${createHash('md5').update(eTags).digest('hex')}-${chosen.length}`
      const content = { ...received, headers, tags, eTag, checksum }
      const write = { conditions: input, seen }
      const object = writeObject(parts, call, content, write, 'ObjectCreated:CompleteMultipartUpload')
      end(call, upload)
      const Location = `${site.endpoint}/${bucket.name}/${encodeURIComponent(key)}`
      const answer = { Location, Bucket: bucket.name, Key: key, ETag: `"${eTag}"` }
      return { ...answer, ...checksumOf(object), ...versionIdOf(bucket, object) }
    },

    AbortMultipartUpload(input: S3.AbortMultipartUploadCommandInput, call) {
      end(call, find(call, input.UploadId))
      return {}
    },

    ListParts(input: S3.ListPartsCommandInput, call): Answer<S3.ListPartsCommandOutput> {
      const upload = find(call, input.UploadId)
      const MaxParts = Math.min(input.MaxParts ?? 1000, 1000)
      const marker = Number(input.PartNumberMarker ?? 0)
      const later = partsOf(upload).filter(({ number }) => number > marker)
      const page = later.slice(0, MaxParts)
      const answer = {
        Bucket: call.bucket.name,
        Key: upload.key,
        UploadId: upload.id,
        StorageClass: 'STANDARD' as const,
      }
      const next = page.length < later.length ? String(page.at(-1)?.number) : undefined
      const markers = { PartNumberMarker: String(marker), NextPartNumberMarker: next, IsTruncated: next !== undefined }
      const Parts = page.map(({ number: PartNumber, size: Size, modified, eTag, checksum }) => {
        const LastModified = new Date(modified)
        return { PartNumber, LastModified, ETag: `"${eTag}"`, Size, ...partChecksum({ checksum }) }
      })
      return { ...answer, ...upload.checksum, ...markers, MaxParts, Parts }
    },
  }
}

/** The stored parts that the client lists, in its order, when they are what it believes them to be. */
function chooseParts(listed: S3.CompletedPart[], stored: UploadedPart[]): UploadedPart[] {
  if (listed.length === 0) throw new ApiError(400, 'MalformedXML', 'You must specify at least one part')
  const numbers = listed.map(({ PartNumber = 0 }) => PartNumber)
  if (numbers.some((number, index) => number <= (numbers[index - 1] ?? 0))) {
    throw new ApiError(400, 'InvalidPartOrder', 'The list of parts was not in ascending order by part number.')
  }
  const byNumber = new Map(stored.map((part) => [part.number, part]))
  return listed.map((given, index) => {
    const part = byNumber.get(given.PartNumber ?? 0)
    const checksum = part?.checksum
    const givenChecksum = checksum && (given[`Checksum${checksum.algorithm}`] ?? checksum.value)
    const details = { PartNumber: String(given.PartNumber), ETag: given.ETag ?? '' }
    if (!part || details.ETag.replaceAll('"', '') !== part.eTag || givenChecksum !== checksum?.value) {
      throw new ApiError(400, 'InvalidPart', 'One or more of the specified parts could not be found.', details)
    }
    if (part.size >= minPartSize || index === listed.length - 1) return part
    throw new ApiError(400, 'EntityTooSmall', 'A part is smaller than 5 MiB and not the last one.', details)
  })
}

/** The checksum of the parts' checksums. */
function combine(algorithm: Checksum['algorithm'], chosen: UploadedPart[]): Checksum {
  const hash = createChecksum(algorithm)
  for (const { checksum } of chosen) hash.update(Buffer.from(checksum?.value ?? '', 'base64'))
  return { algorithm, value: `${hash.digest().toString('base64')}-${chosen.length}` }
}

function partChecksum({ checksum }: Pick<UploadedPart, 'checksum'>): Record<string, string> {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value } : {}
}

function checkPartNumber(number = 0): number {
  if (number >= 1 && number <= 10_000) return number
  throw new ApiError(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive')
}

function parseCopyRange(text: string | undefined, size: number) {
  if (text === undefined) return undefined
  const [start = 0, end = size] = /^bytes=(\d+)-(\d+)$/.exec(text)?.slice(1).map(Number) ?? []
  if (start <= end && end < size) return { start, length: end - start + 1 }
  throw new ApiError(400, 'InvalidArgument', `Range specified is not valid for source object of size: ${size}`)
}
