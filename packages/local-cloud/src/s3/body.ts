import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { type ApiCall, ApiError } from '../api.ts'
import { readAll } from '../request-body.ts'
import type { Blobs } from './blobs.ts'
import { type ChecksumAlgorithm, createChecksum, requestedAlgorithm, verifyChecksum, verifyMd5 } from './checksums.ts'

const maxSize = 5 * 1024 ** 3

/** Streams a request's body to disk. Nothing is left there when it breaks off or a checksum does not match. */
export async function receiveBody({ headers, body }: ApiCall, blobs: Blobs, fallback?: ChecksumAlgorithm) {
  const length = Number(headers['content-length'] ?? Number.NaN)
  if (Number.isNaN(length)) throw new ApiError(411, 'MissingContentLength', 'There is no Content-Length header.')
  if (length > maxSize) throw new ApiError(400, 'EntityTooLarge', 'An upload can have 5 GiB, or 5 GiB in each part.')
  return receive(body, length, blobs, requestedAlgorithm(headers) ?? fallback, headers)
}

/** The same for bytes that are on this machine. */
export async function receive(
  body: Readable,
  length: number,
  blobs: Blobs,
  algorithm: ChecksumAlgorithm | undefined,
  headers: ApiCall['headers'] = {},
) {
  const digest = createDigest(algorithm)
  const written = await blobs.write(body, length, digest.update)
  try {
    return { ...written, ...digest.verify(headers) }
  } catch (error) {
    blobs.remove(written.blob)
    throw error
  }
}

/** A small body as text. `hasChecksum`: its checksum headers are about the document itself. */
export async function readDocument({ body, headers }: ApiCall, hasChecksum: boolean): Promise<string> {
  const digest = createDigest(hasChecksum ? requestedAlgorithm(headers) : undefined)
  const bytes = await readAll(body)
  digest.update(bytes)
  digest.verify(headers)
  return bytes.toString()
}

function createDigest(algorithm: ChecksumAlgorithm | undefined) {
  const hashes = { md5: createHash('md5'), checksum: algorithm && createChecksum(algorithm) }
  function update(chunk: Buffer): void {
    hashes.md5.update(chunk)
    hashes.checksum?.update(chunk)
  }
  function verify(headers: ApiCall['headers']) {
    const md5 = hashes.md5.digest()
    verifyMd5(md5, headers)
    const value = hashes.checksum?.digest().toString('base64')
    const checksum = algorithm && value !== undefined ? { algorithm, value } : undefined
    if (checksum) verifyChecksum(checksum, headers)
    return { eTag: md5.toString('hex'), checksum }
  }
  return { update, verify }
}
