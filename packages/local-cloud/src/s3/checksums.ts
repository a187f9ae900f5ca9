import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Crc32, Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc'
import { fail } from './conditions.ts'

const algorithms = {
  CRC32: () => new Crc32(),
  CRC32C: () => new Crc32c(),
  CRC64NVME: () => new Crc64Nvme(),
  SHA1: () => createHash('sha1'),
  SHA256: () => createHash('sha256'),
  SHA512: () => createHash('sha512'),
  MD5: () => createHash('md5'),
}

export type ChecksumAlgorithm = keyof typeof algorithms

/** Members of the SDK's outputs. */
export type Checksum = { [Value in `Checksum${ChecksumAlgorithm}`]?: string } & {
  ChecksumAlgorithm?: ChecksumAlgorithm
  ChecksumType?: 'COMPOSITE' | 'FULL_OBJECT'
}

/** Those that AWS has besides these are refused. */
export function parseAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  const algorithm = name?.toUpperCase()
  if (algorithm === undefined || Object.hasOwn(algorithms, algorithm)) return algorithm as ChecksumAlgorithm | undefined
  return fail(501, 'NotImplemented', `the checksum algorithm ${name} is not modelled by the local cloud`)
}

/** The algorithm whose checksum a request has in its headers or promises in its trailers, or else the expected one. */
export function requestedAlgorithm(headers: IncomingHttpHeaders, expected?: ChecksumAlgorithm) {
  const names = `${Object.keys(headers).join()},${String(headers['x-amz-trailer'])}`.toLowerCase()
  const found = names.matchAll(/(?<=(?:^|,)\s*x-amz-checksum-)(?!algorithm|type|mode)[^,\s]+/g)
  const [name, ...others] = new Set([...found].map(([algorithm]) => algorithm))
  if (others.length > 0) fail(400, 'InvalidRequest', 'Expecting a single x-amz-checksum- header.')
  const algorithm = parseAlgorithm(name) ?? expected
  if (expected === undefined || algorithm === expected) return algorithm
  return fail(400, 'InvalidRequest', `Checksum Type mismatch occurred, expected: ${expected}, actual: ${name}`)
}

/**
 * Reads bytes to their end. Their MD5, which is the ETag, and their checksum are compared with what the headers say by then:
 * trailers are among them. `suffix`: what a composite checksum ends in.
 */
export async function digest(
  bytes: AsyncIterable<Buffer> | Iterable<Buffer>,
  algorithm: ChecksumAlgorithm | undefined,
  headers: IncomingHttpHeaders,
  { suffix = '', onChunk }: { suffix?: string; onChunk?: (chunk: Buffer) => void } = {},
): Promise<{ Size: number; ETag: string; checksum: Checksum }> {
  const [md5, hash] = [createHash('md5'), algorithm && algorithms[algorithm]()]
  let Size = 0
  for await (const chunk of bytes) {
    md5.update(chunk)
    hash?.update(chunk)
    onChunk?.(chunk)
    Size += chunk.length
  }
  const eTag = md5.digest()
  verify('Content-MD5', headers['content-md5'], eTag.toString('base64'))
  const content = { Size, ETag: `"${eTag.toString('hex')}"` }
  if (!algorithm || !hash) return { ...content, checksum: {} }
  const value = Buffer.from(await hash.digest()).toString('base64') + suffix
  verify(algorithm, headers[`x-amz-checksum-${algorithm.toLowerCase()}`], value)
  const type = { ChecksumAlgorithm: algorithm, ChecksumType: suffix ? 'COMPOSITE' : 'FULL_OBJECT' } as const
  return { ...content, checksum: { ...type, [`Checksum${algorithm}`]: value } }
}

function verify(name: string, given: string | string[] | undefined, computed: string): void {
  if (given === undefined || given === computed) return
  const [isMd5, isWellFormed] = [name === 'Content-MD5', String(given).length === computed.length]
  if (isWellFormed) fail(400, 'BadDigest', `The ${name} you specified did not match the calculated checksum.`)
  fail(400, isMd5 ? 'InvalidDigest' : 'InvalidRequest', `The value of the ${name} you specified is invalid.`)
}
