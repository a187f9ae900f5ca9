import { createHash } from 'node:crypto'
import { type ApiCall, ApiError } from '../api.ts'
import { readAll } from '../request-body.ts'
import type { Blobs } from './blobs.ts'
import {
  type Checksum,
  type ChecksumAlgorithm,
  createChecksum,
  requestedAlgorithm,
  verifyChecksum,
  verifyMd5,
} from './checksums.ts'

export interface Received {
  blob: string
  size: number
  /** hex */
  md5: string
  checksum: Checksum | undefined
}

const maxSize = 5 * 1024 ** 3

/** Streams a request's body to disk. Nothing is left there when it breaks off or a checksum does not match. */
export async function receiveBody(call: ApiCall, blobs: Blobs, fallback?: ChecksumAlgorithm): Promise<Received> {
  const { headers, body } = call
  const length = Number(headers['content-length'] ?? Number.NaN)
  if (Number.isNaN(length)) {
    throw new ApiError(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.')
  }
  if (length > maxSize) {
    const message = 'Your proposed upload exceeds the maximum allowed object size.'
    throw new ApiError(400, 'EntityTooLarge', message, { MaxSizeAllowed: String(maxSize) })
  }
  return receive(body, length, blobs, requestedAlgorithm(headers) ?? fallback, headers)
}

/** The same for bytes that are here already. */
export async function receive(
  body: ApiCall['body'],
  length: number,
  blobs: Blobs,
  algorithm: ChecksumAlgorithm | undefined,
  headers: ApiCall['headers'] = {},
): Promise<Received> {
  const hash = createDigest(algorithm)
  const written = await blobs.write(body, length, hash.update)
  try {
    return { ...written, ...hash.verify(headers) }
  } catch (error) {
    blobs.remove(written.blob)
    throw error
  }
}

/** A small body as text. `hasChecksum`: its checksum headers are about the document itself. */
export async function readDocument({ body, headers }: ApiCall, hasChecksum: boolean): Promise<string> {
  const hash = createDigest(hasChecksum ? requestedAlgorithm(headers) : undefined)
  const bytes = await readAll(body)
  hash.update(bytes)
  hash.verify(headers)
  return bytes.toString()
}

function createDigest(algorithm: ChecksumAlgorithm | undefined) {
  const md5 = createHash('md5')
  const hash = algorithm && createChecksum(algorithm)
  function update(chunk: Buffer): void {
    md5.update(chunk)
    hash?.update(chunk)
  }
  function verify(headers: ApiCall['headers']) {
    const digest = md5.digest()
    verifyMd5(digest, headers)
    const checksum = algorithm && hash && { algorithm, value: hash.digest().toString('base64') }
    if (checksum) verifyChecksum(checksum, headers)
    return { md5: digest.toString('hex'), checksum }
  }
  return { update, verify }
}
