import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { crc32 } from 'node:zlib'
import { ApiError } from '../api.ts'

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256' | 'SHA512' | 'MD5'

export interface Checksum {
  algorithm: ChecksumAlgorithm
  /** base64; a composite one ends in `-` and the number of parts */
  value: string
}

export interface Hash {
  update: (chunk: Buffer) => unknown
  digest: () => Buffer
}

const hashes: Record<ChecksumAlgorithm, () => Hash> = {
  CRC32: () => {
    let value = 0
    const digest = Buffer.alloc(4)
    return { update: (chunk) => (value = crc32(chunk, value)), digest: () => (digest.writeUInt32BE(value), digest) }
  },
  CRC32C: () => createCrc(32n, 0x82f63b78n),
  CRC64NVME: () => createCrc(64n, 0x9a6c9329ac4bc9b5n),
  SHA1: () => createHash('sha1'),
  SHA256: () => createHash('sha256'),
  SHA512: () => createHash('sha512'),
  MD5: () => createHash('md5'),
}

export function createChecksum(algorithm: ChecksumAlgorithm): Hash {
  return hashes[algorithm]()
}

/** Throws NotImplemented for what AWS has and Node does not, such as XXHASH64. */
export function parseAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = name.toUpperCase()
  if (Object.hasOwn(hashes, algorithm)) return algorithm as ChecksumAlgorithm
  throw new ApiError(501, 'NotImplemented', `the checksum algorithm ${name} is not modelled by the local cloud`)
}

/** The algorithm whose checksum a request has in its headers or promises in its trailers. */
export function requestedAlgorithm(headers: IncomingHttpHeaders): ChecksumAlgorithm | undefined {
  const trailers = String(headers['x-amz-trailer'] ?? '').toLowerCase()
  const given = [...Object.keys(headers), ...trailers.split(',')].map((name) => checksumHeader.exec(name.trim())?.[1])
  const [name, ...others] = new Set(given.filter((one) => one !== undefined))
  if (others.length > 0) throw invalidRequest('Expecting a single x-amz-checksum- header')
  if (name) return parseAlgorithm(name)
  if (headers['x-amz-sdk-checksum-algorithm'] === undefined) return undefined
  throw invalidRequest(
    'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
  )
}

const checksumHeader = /^x-amz-checksum-(?!algorithm$|type$|mode$)(.+)$/

/** Compares a computed checksum with the one that the request has by now: a trailer is known when the body has ended. */
export function verifyChecksum({ algorithm, value }: Checksum, headers: IncomingHttpHeaders): void {
  const name = `x-amz-checksum-${algorithm.toLowerCase()}`
  const given = headers[name]
  if (given === undefined || given === value) return
  const length = (text: string) => Buffer.from(text, 'base64').length
  if (length(String(given)) !== length(value)) throw invalidRequest(`Value for ${name} header is invalid.`)
  throw new ApiError(400, 'BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`)
}

export function verifyMd5(md5: Buffer, { 'content-md5': given }: IncomingHttpHeaders): void {
  if (given === undefined || given === md5.toString('base64')) return
  if (Buffer.from(String(given), 'base64').length !== md5.length) {
    throw new ApiError(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.')
  }
  throw new ApiError(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.')
}

function invalidRequest(message: string): ApiError {
  return new ApiError(400, 'InvalidRequest', message)
}

const tables = new Map<bigint, Uint32Array>()

/** A reflected CRC that starts and ends inverted. Its two halves are plain numbers: BigInt is 100 times slower. */
function createCrc(bits: bigint, polynomial: bigint): Hash {
  const table = tables.get(polynomial) ?? createTable(polynomial)
  tables.set(polynomial, table)
  let low = ~0
  let high = bits === 64n ? ~0 : 0
  function update(chunk: Buffer): void {
    for (const byte of chunk) {
      const row = ((low ^ byte) & 255) * 2
      low = ((low >>> 8) | (high << 24)) ^ (table[row] ?? 0)
      high = (high >>> 8) ^ (table[row + 1] ?? 0)
    }
  }
  function digest(): Buffer {
    const bytes = Buffer.alloc(8)
    bytes.writeInt32BE(~high, 0)
    bytes.writeInt32BE(~low, 4)
    return bytes.subarray(bits === 64n ? 0 : 4)
  }
  return { update, digest }
}

/** For each byte the low and the high half of its remainder. */
function createTable(polynomial: bigint): Uint32Array {
  const table = new Uint32Array(512)
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n
    table[byte * 2] = Number(value & 0xffffffffn)
    table[byte * 2 + 1] = Number(value >> 32n)
  }
  return table
}
