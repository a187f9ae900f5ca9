import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { crc32 } from 'node:zlib'
import { ApiError } from '../api.ts'

export interface Checksum {
  algorithm: ChecksumAlgorithm
  /** base64; a composite one ends in `-` and the number of parts */
  value: string
}

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256' | 'SHA512' | 'MD5'

interface Hash {
  update: (chunk: Buffer) => unknown
  digest: () => Buffer
}

const hashes: Record<ChecksumAlgorithm, () => Hash> = {
  CRC32: () => {
    const value = Buffer.alloc(4)
    return { update: (chunk) => value.writeUInt32BE(crc32(chunk, value.readUInt32BE())), digest: () => value }
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

/** Throws NotImplemented for what AWS has and Node has not, such as XXHASH64. */
export function parseAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = name.toUpperCase()
  if (Object.hasOwn(hashes, algorithm)) return algorithm as ChecksumAlgorithm
  throw new ApiError(501, 'NotImplemented', `the checksum algorithm ${name} is not modelled by the local cloud`)
}

/** The algorithm whose checksum a request has in its headers or promises in its trailers. */
export function requestedAlgorithm(headers: IncomingHttpHeaders): ChecksumAlgorithm | undefined {
  const names = [...Object.keys(headers), ...String(headers['x-amz-trailer'] ?? '').split(',')]
  const pattern = /^\s*x-amz-checksum-(?!algorithm$|type$|mode$)(\S+)/i
  const [name, ...others] = new Set(names.flatMap((one) => pattern.exec(one)?.[1]?.toUpperCase() ?? []))
  if (others.length > 0) throw new ApiError(400, 'InvalidRequest', 'Expecting a single x-amz-checksum- header.')
  return name === undefined ? undefined : parseAlgorithm(name)
}

/** Compares a computed checksum with what the request says by now: a trailer is known when the body has ended. */
export function verifyChecksum({ algorithm, value }: Checksum, headers: IncomingHttpHeaders): void {
  verify(algorithm, headers[`x-amz-checksum-${algorithm.toLowerCase()}`], value)
}

export function verifyMd5(md5: Buffer, headers: IncomingHttpHeaders): void {
  verify('Content-MD5', headers['content-md5'], md5.toString('base64'))
}

function verify(name: string, given: string | string[] | undefined, computed: string): void {
  if (given === undefined || given === computed) return
  const length = (text: string) => Buffer.from(text, 'base64').length
  if (length(String(given)) === length(computed)) {
    throw new ApiError(400, 'BadDigest', `The ${name} you specified did not match the calculated checksum.`)
  }
  const code = name === 'Content-MD5' ? 'InvalidDigest' : 'InvalidRequest'
  throw new ApiError(400, code, `The value of the ${name} you specified is invalid.`)
}

/** A reflected CRC that starts and ends inverted. Its two halves are plain numbers: BigInt is 100 times slower. */
function createCrc(bits: 32n | 64n, polynomial: bigint): Hash {
  const table = tables.get(polynomial) ?? createTable(polynomial)
  tables.set(polynomial, table)
  let low = ~0
  let high = bits === 64n ? ~0 : 0
  function update(chunk: Buffer): void {
    for (let index = 0; index < chunk.length; index++) {
      const row = ((low ^ (chunk[index] ?? 0)) & 255) * 2
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

const tables = new Map<bigint, Uint32Array>()

/** For each byte the low and the high half of its remainder. */
function createTable(polynomial: bigint): Uint32Array {
  const table = new Uint32Array(512)
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n
    table.set([Number(value & 0xffffffffn), Number(value >> 32n)], byte * 2)
  }
  return table
}
