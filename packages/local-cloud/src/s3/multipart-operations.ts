import type {
  CompletedPart,
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
  CreateMultipartUploadCommandInput,
  CreateMultipartUploadCommandOutput,
  ListPartsCommandInput,
  ListPartsCommandOutput,
  UploadPartCommandInput,
  UploadPartCommandOutput,
  UploadPartCopyCommandInput,
  UploadPartCopyCommandOutput,
} from '@aws-sdk/client-s3'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { ApiError } from '../api.ts'
import { receive, receiveBody, type Received } from './body.ts'
import { type Checksum, createChecksum, parseAlgorithm, requestedAlgorithm, verifyChecksum } from './checksums.ts'
import { copyBytes, findCopySource } from './copy-object.ts'
import type { Answer } from './messages.ts'
import { checksumOf, type Operations, type S3Call, type S3Parts, versionIdOf } from './parts.ts'
import { parseTags } from './tags.ts'
import type { Part, Upload } from './upload-store.ts'
import { keptHeaders, seenNow, writeObject } from './write-object.ts'

const minPartSize = 5 * 1024 ** 2

/** Uploading an object in parts. */
export function createMultipartOperations(parts: S3Parts): Operations {
  const { site, blobs, uploads } = parts

  function find({ bucket, key }: S3Call, id = ''): Upload {
    const upload = uploads.find(bucket.name, key, id)
    if (upload) return upload
    const message =
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.'
    throw new ApiError(404, 'NoSuchUpload', message, { UploadId: id })
  }

  function end(upload: Upload): void {
    const ended = uploads.parts(upload)
    uploads.remove(upload)
    for (const { blob } of ended) blobs.remove(blob)
  }

  function create(input: CreateMultipartUploadCommandInput, call: S3Call): Answer<CreateMultipartUploadCommandOutput> {
    const algorithm = input.ChecksumAlgorithm && parseAlgorithm(input.ChecksumAlgorithm)
    const checksumType = algorithm && (input.ChecksumType ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE'))
    const upload = uploads.start({
      bucket: call.bucket.name,
      key: call.key,
      headers: keptHeaders(call.headers),
      tags: parseTags(input.Tagging),
      algorithm,
      checksumType,
      seen: seenNow(parts, call),
    })
    const checksum = { ChecksumAlgorithm: algorithm, ChecksumType: checksumType }
    return { Bucket: call.bucket.name, Key: call.key, UploadId: upload.id, ...(algorithm && checksum) }
  }

  function addPart(upload: Upload, call: S3Call, number: number, received: Received): Part {
    // While the part was on its way the upload may have ended
    const isOpen = uploads.find(upload.bucket, upload.key, upload.id)
    const part = { number, modified: Math.floor(Date.now() / 1000) * 1000, ...received }
    const superfluous = isOpen ? uploads.setPart(upload, part) : received.blob
    if (superfluous) blobs.remove(superfluous)
    find(call, upload.id)
    return part
  }

  async function uploadPart(input: UploadPartCommandInput, call: S3Call): Promise<Answer<UploadPartCommandOutput>> {
    const number = checkPartNumber(input.PartNumber)
    const upload = find(call, input.UploadId)
    const given = requestedAlgorithm(call.headers)
    if (given && upload.algorithm && given !== upload.algorithm) {
      const message = `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm.toLowerCase()}, actual checksum Type: ${given.toLowerCase()}`
      throw new ApiError(400, 'InvalidRequest', message)
    }
    const part = addPart(upload, call, number, await receiveBody(call, blobs, upload.algorithm))
    return { ETag: `"${part.md5}"`, ...partChecksum(part) }
  }

  async function copyPart(
    input: UploadPartCopyCommandInput,
    call: S3Call,
  ): Promise<Answer<UploadPartCopyCommandOutput>> {
    const number = checkPartNumber(input.PartNumber)
    const upload = find(call, input.UploadId)
    const { bucket, object } = findCopySource(parts, input)
    const range = parseCopyRange(input.CopySourceRange, object.size)
    const part = addPart(upload, call, number, await copyBytes(parts, object, upload.algorithm, range))
    return {
      CopyPartResult: { ETag: `"${part.md5}"`, LastModified: new Date(part.modified), ...partChecksum(part) },
      CopySourceVersionId: versionIdOf(bucket, object).VersionId,
    }
  }

  async function complete(
    input: CompleteMultipartUploadCommandInput,
    call: S3Call,
  ): Promise<Answer<CompleteMultipartUploadCommandOutput>> {
    const { bucket, key } = call
    const upload = find(call, input.UploadId)
    const chosen = chooseParts(input.MultipartUpload?.Parts ?? [], uploads.parts(upload))
    const size = chosen.reduce((sum, part) => sum + part.size, 0)
    async function* bytes(): AsyncGenerator<Buffer> {
      for (const part of chosen) {
        const piece = blobs.read(part.blob, 0, part.size)
        if (piece instanceof Readable) yield* piece
        else yield piece
      }
    }
    const { algorithm } = upload
    const isComposite = upload.checksumType === 'COMPOSITE'
    const body = Readable.from(bytes(), { objectMode: false })
    const received = await receive(body, size, blobs, isComposite ? undefined : algorithm)
    const checksum = algorithm && isComposite ? combine(algorithm, chosen) : received.checksum
    if (checksum) verifyChecksum(checksum, call.headers)
    const md5s = Buffer.from(chosen.map(({ md5 }) => md5).join(''), 'hex')
    const eTag = `${createHash('md5').update(md5s).digest('hex')}-${chosen.length}`
    const content = { headers: upload.headers, tags: upload.tags, blob: received.blob, size, eTag, checksum }
    const write = { conditions: input, seen: upload.seen }
    const object = writeObject(parts, call, content, write, 'ObjectCreated:CompleteMultipartUpload')
    end(upload)
    const Location = `${site.endpoint}/${bucket.name}/${encodeURIComponent(key)}`
    const answer = { Location, Bucket: bucket.name, Key: key, ETag: `"${eTag}"` }
    return { ...answer, ...checksumOf(object), ...versionIdOf(bucket, object) }
  }

  function listParts(input: ListPartsCommandInput, call: S3Call): Answer<ListPartsCommandOutput> {
    const upload = find(call, input.UploadId)
    const MaxParts = Math.min(input.MaxParts ?? 1000, 1000)
    const marker = Number(input.PartNumberMarker ?? 0)
    const later = uploads.parts(upload).filter(({ number }) => number > marker)
    const page = later.slice(0, MaxParts)
    const next = page.at(-1)?.number
    return {
      Bucket: upload.bucket,
      Key: upload.key,
      UploadId: upload.id,
      PartNumberMarker: String(marker),
      ...(next && { NextPartNumberMarker: String(next) }),
      MaxParts,
      IsTruncated: page.length < later.length,
      StorageClass: 'STANDARD',
      ...(upload.algorithm && { ChecksumAlgorithm: upload.algorithm, ChecksumType: upload.checksumType }),
      Parts: page.map((part) => ({
        PartNumber: part.number,
        LastModified: new Date(part.modified),
        ETag: `"${part.md5}"`,
        Size: part.size,
        ...partChecksum(part),
      })),
    }
  }

  return {
    CreateMultipartUpload: create,
    UploadPart: uploadPart,
    UploadPartCopy: copyPart,
    CompleteMultipartUpload: complete,
    AbortMultipartUpload: (input: { UploadId?: string }, call) => {
      end(find(call, input.UploadId))
      return {}
    },
    ListParts: listParts,
  }
}

/** The stored parts that the client lists, in its order, when they are what it believes them to be. */
function chooseParts(listed: CompletedPart[], stored: Part[]): Part[] {
  if (listed.length === 0) throw new ApiError(400, 'MalformedXML', 'You must specify at least one part')
  const numbers = listed.map(({ PartNumber = 0 }) => PartNumber)
  if (numbers.some((number, index) => number <= (numbers[index - 1] ?? 0))) {
    const message = 'The list of parts was not in ascending order. Parts must be ordered by part number.'
    throw new ApiError(400, 'InvalidPartOrder', message)
  }
  return listed.map((given, index) => {
    const { PartNumber = 0, ETag = '' } = given
    const part = stored.find(({ number }) => number === PartNumber)
    const { checksum, md5 } = part ?? {}
    const givenChecksum = checksum && given[`Checksum${checksum.algorithm}`]
    if (!part || ETag.replaceAll('"', '') !== md5 || (givenChecksum ?? checksum?.value) !== checksum?.value) {
      const message =
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
      throw new ApiError(400, 'InvalidPart', message, { PartNumber: String(PartNumber), ETag })
    }
    if (part.size < minPartSize && index < listed.length - 1) {
      const details = {
        ETag: part.md5,
        MinSizeAllowed: String(minPartSize),
        PartNumber: String(PartNumber),
        ProposedSize: String(part.size),
      }
      throw new ApiError(
        400,
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size',
        details,
      )
    }
    return part
  })
}

/** The checksum of the parts' checksums. */
function combine(algorithm: Checksum['algorithm'], chosen: Part[]): Checksum {
  const hash = createChecksum(algorithm)
  for (const { checksum } of chosen) hash.update(Buffer.from(checksum?.value ?? '', 'base64'))
  return { algorithm, value: `${hash.digest().toString('base64')}-${chosen.length}` }
}

function partChecksum({ checksum }: Part): Record<string, string> {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value } : {}
}

function checkPartNumber(number = 0): number {
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number
  const details = { ArgumentName: 'partNumber', ArgumentValue: String(number) }
  throw new ApiError(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', details)
}

function parseCopyRange(text: string | undefined, size: number) {
  if (text === undefined) return { start: 0, length: size }
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(text) ?? []
  const [start, end] = [Number(first), Number(last)]
  if (start <= end && end < size) return { start, length: end - start + 1 }
  const details = { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: text }
  throw new ApiError(400, 'InvalidArgument', `Range specified is not valid for source object of size: ${size}`, details)
}
