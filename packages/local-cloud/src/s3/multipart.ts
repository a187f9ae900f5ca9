import type { CompletedPart, UploadPartCommandInput } from '@aws-sdk/client-s3'
import type { Content } from './blobs.ts'
import { type ChecksumAlgorithm, digest, parseAlgorithm } from './checksums.ts'
import { fail } from './conditions.ts'
import { describeUpload, findCopySource, parseRange, receive, writeObject } from './objects.ts'
import type { Operations, S3Call } from './operations.ts'
import { createId, type Part, toRank, type Upload, uploadsOf, wholeSecond } from './store.ts'

/** Uploading an object in parts. */
export const multipartOperations: Operations = {
  CreateMultipartUpload(input, { bucket, key: Key, store }) {
    const algorithm = parseAlgorithm(input.ChecksumAlgorithm)
    const { ChecksumType: type = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE' } = input
    const isKnown = type === 'COMPOSITE' ? algorithm !== 'CRC64NVME' : algorithm?.startsWith('CRC')
    if (!isKnown)
      fail(400, 'InvalidRequest', `The ${type} checksum type cannot be used with the algorithm ${algorithm}.`)
    const checksum = algorithm ? { ChecksumAlgorithm: algorithm, ChecksumType: type } : {}
    const seen = store.version(bucket, Key)?.rank ?? ''
    // The older one comes first in a listing
    const rank = toRank(0xffff_ffff_ffff_ffffn - BigInt(`0x${store.nextRank(bucket)}`))
    const upload = { Key, UploadId: createId(rank), rank, checksum, seen, parts: [], LastModified: new Date() }
    store.set(uploadsOf(bucket), upload.UploadId, { ...upload, ...describeUpload(input) })
    return { ...upload, ...checksum }
  },

  UploadPart: (input, call) => addPart(input, call, (algorithm) => receive(call, algorithm)),

  async UploadPartCopy(input, call) {
    const { source, CopySourceVersionId } = findCopySource(input, call)
    const range = parseRange(input.CopySourceRange, source.Size)
    // Here a range must be one, and end in the object
    const isRange =
      !input.CopySourceRange || (range && input.CopySourceRange.endsWith(`-${range.start + range.length - 1}`))
    if (!isRange) fail(400, 'InvalidArgument', `Range specified is not valid for source object of size: ${source.Size}`)
    const bytes = call.blobs.stream([source], range)
    const CopyPartResult = await addPart(input, call, (algorithm) => call.blobs.write(bytes, algorithm))
    return { CopyPartResult, CopySourceVersionId }
  },

  async CompleteMultipartUpload(input, call) {
    const upload = findUpload(call, input.UploadId)
    const joining = joinParts(call, chooseParts(input.MultipartUpload?.Parts ?? [], upload), upload)
    const object = await writeObject(call, input, upload, joining, 'CompleteMultipartUpload', upload.seen)
    endUpload(call, upload.UploadId)
    const Location = `${call.site.endpoint}/${call.bucket.Key}/${encodeURIComponent(call.key)}`
    return { Location, ...object, ...object.checksum }
  },

  AbortMultipartUpload(input, call) {
    endUpload(call, input.UploadId)
    return {}
  },

  ListParts(input, call) {
    const upload = findUpload(call, input.UploadId)
    const { MaxParts = 1000, PartNumberMarker = '0' } = input
    const later = upload.parts.filter(({ PartNumber }) => PartNumber > Number(PartNumberMarker))
    const page = later.slice(0, Math.min(MaxParts, 1000))
    const IsTruncated = page.length < later.length
    const NextPartNumberMarker = IsTruncated ? String(page.at(-1)?.PartNumber) : undefined
    const Parts = page.map((part) => ({ ...part, ...part.checksum, LastModified: new Date(part.LastModified) }))
    const answer = { StorageClass: 'STANDARD', MaxParts, PartNumberMarker, NextPartNumberMarker, IsTruncated, Parts }
    return { ...upload, ...upload.checksum, ...answer }
  },
}

function findUpload({ bucket, key, store }: S3Call, UploadId = ''): Upload {
  const upload = store.find<Upload>(uploadsOf(bucket), key, UploadId)
  return upload ?? fail(404, 'NoSuchUpload', 'The upload does not exist, or has been ended.', { UploadId })
}

function endUpload(call: S3Call, UploadId: string | undefined): void {
  const upload = findUpload(call, UploadId)
  call.store.remove(uploadsOf(call.bucket), upload, upload.UploadId)
  for (const part of upload.parts) call.blobs.remove(part)
}

async function addPart(
  { PartNumber = 0, UploadId }: Pick<UploadPartCommandInput, 'PartNumber' | 'UploadId'>,
  call: S3Call,
  write: (algorithm: ChecksumAlgorithm | undefined) => Promise<Content>,
) {
  const isNumber = PartNumber >= 1 && PartNumber <= 10_000
  if (!isNumber) fail(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive')
  const content = await write(findUpload(call, UploadId).checksum.ChecksumAlgorithm)
  const part = { ...content, PartNumber, LastModified: wholeSecond().getTime() }
  // While the part was on its way the upload may have ended
  const upload = call.store.find<Upload>(uploadsOf(call.bucket), call.key, UploadId)
  const replaced = upload ? upload.parts.find((one) => one.PartNumber === PartNumber) : part
  const parts = [...(upload?.parts ?? []).filter((one) => one !== replaced), part]
  parts.sort((one, other) => one.PartNumber - other.PartNumber)
  if (upload) call.store.set(uploadsOf(call.bucket), upload.UploadId, { ...upload, parts })
  if (replaced) call.blobs.remove(replaced)
  findUpload(call, UploadId)
  return { ...part, ...part.checksum, LastModified: new Date(part.LastModified) }
}

/** The stored parts that the client lists, in its order, when they are what it believes them to be. */
function chooseParts(listed: CompletedPart[], { parts }: Upload): Part[] {
  if (listed.length === 0) fail(400, 'MalformedXML', 'You must specify at least one part')
  const isOrdered = listed.every(({ PartNumber = 0 }, index) => PartNumber > (listed[index - 1]?.PartNumber ?? 0))
  if (!isOrdered) fail(400, 'InvalidPartOrder', 'The list of parts was not in ascending order by part number.')
  return listed.map((given, index) => {
    const { PartNumber = 0, ETag = '' } = given
    const details = { PartNumber: String(PartNumber), ETag }
    const part = parts.find((one) => one.PartNumber === PartNumber)
    const isSame = ([name, value]: [string, unknown]) => (Object(given)[name] ?? value) === value
    if (!part || `"${ETag.replaceAll('"', '')}"` !== part.ETag || !Object.entries(part.checksum).every(isSame)) {
      return fail(400, 'InvalidPart', 'One or more of the specified parts could not be found.', details)
    }
    const isLarge = part.Size >= 5 * 1024 ** 2 || index === listed.length - 1
    return isLarge ? part : fail(400, 'EntityTooSmall', 'A part has less than 5 MiB and is not the last.', details)
  })
}

/** The object's ETag is of the parts' ETags, and a composite checksum of their checksums. */
async function joinParts({ blobs, headers }: S3Call, parts: Part[], { checksum }: Upload): Promise<Content> {
  const { ChecksumAlgorithm: algorithm, ChecksumType } = checksum
  const [whole, suffix] = [ChecksumType === 'FULL_OBJECT' ? algorithm : undefined, `-${parts.length}`]
  // The request's own MD5 is not the object's
  const { 'content-md5': _, ...expected } = headers
  const eTags = parts.map(({ ETag }) => Buffer.from(ETag.slice(1, -1), 'hex'))
  const { ETag } = await digest(eTags, undefined, {})
  const sums = parts.map((part) => Buffer.from(part.checksum[`Checksum${algorithm ?? 'MD5'}`] ?? '', 'base64'))
  const composite = whole ? undefined : await digest(sums, algorithm, expected, { suffix })
  const joined = await blobs.write(blobs.stream(parts), whole, expected)
  return { ...joined, ETag: ETag.replace(/"$/, `${suffix}"`), checksum: (composite ?? joined).checksum }
}
