import { createHash } from 'node:crypto'
import { ApiError } from './api.ts'
import { isEqual, type StringSigner } from './signature.ts'

/** What the chunks of a signed stream are checked against. */
export interface ChunkSignatures {
  sign: StringSigner
  longDate: string
  scope: string
  /** The signature of the request itself, first link of the chain. */
  seed: string
}

// A signed chunk has to be held whole before it may be believed
const maxSignedChunkBytes = 16 * 1024 * 1024

/**
 * Removes aws-chunked framing (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html), checks the chunk
 * signatures when there are any, and puts what follows the last chunk into `trailers`.
 */
export async function* decodeChunks(
  source: AsyncIterable<Buffer>,
  trailers: Record<string, string>,
  signatures?: ChunkSignatures,
): AsyncGenerator<Buffer> {
  const reader = createByteReader(source)
  const chain = signatures && createSignatureChain(signatures)
  for (;;) {
    const { size, signature } = parseChunkHeader(await reader.line())
    if (chain) {
      const data = await reader.exactly(size)
      await chain.check('PAYLOAD', [sha256(''), sha256(data)], signature)
      if (size > 0) yield data
    } else {
      yield* reader.upTo(size)
    }
    if (size === 0) break
    if ((await reader.line()) !== '') throw malformed()
  }
  const lines: string[] = []
  for (let line = await reader.line(); line !== ''; line = await reader.line()) lines.push(line)
  const signed = lines.filter((line) => !line.startsWith('x-amz-trailer-signature:'))
  for (const line of signed) {
    const colon = line.indexOf(':')
    trailers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  if (chain && signed.length > 0) {
    const signature = lines.find((line) => !signed.includes(line))?.split(':')[1]
    await chain.check('TRAILER', [sha256(signed.map((line) => `${line}\n`).join(''))], signature)
  }
}

function parseChunkHeader(line: string): { size: number; signature: string | undefined } {
  const [, size, signature] = /^([0-9a-fA-F]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line) ?? []
  if (size === undefined) throw malformed()
  return { size: Number.parseInt(size, 16), signature }
}

function createSignatureChain({ sign, longDate, scope, seed }: ChunkSignatures) {
  let previous = seed
  return {
    async check(kind: 'PAYLOAD' | 'TRAILER', hashes: string[], signature: string | undefined): Promise<void> {
      const expected = await sign([`AWS4-HMAC-SHA256-${kind}`, longDate, scope, previous, ...hashes].join('\n'))
      if (!isEqual(expected, signature ?? '')) {
        throw new ApiError(403, 'SignatureDoesNotMatch', 'The signature of a chunk does not match its content.')
      }
      previous = expected
    },
  }
}

function createByteReader(source: AsyncIterable<Buffer>) {
  const iterator = source[Symbol.asyncIterator]()
  let pending: Buffer = Buffer.alloc(0)

  async function more(): Promise<Buffer> {
    const { done, value } = await iterator.next()
    if (done) throw malformed()
    return value
  }

  async function line(): Promise<string> {
    let end = pending.indexOf('\r\n')
    while (end < 0) {
      if (pending.length > 16_384) throw malformed()
      pending = Buffer.concat([pending, await more()])
      end = pending.indexOf('\r\n')
    }
    const text = pending.toString('latin1', 0, end)
    pending = pending.subarray(end + 2)
    return text
  }

  async function* upTo(size: number): AsyncGenerator<Buffer> {
    for (let left = size; left > 0;) {
      if (pending.length === 0) pending = await more()
      const part = pending.subarray(0, left)
      pending = pending.subarray(part.length)
      left -= part.length
      yield part
    }
  }

  async function exactly(size: number): Promise<Buffer> {
    if (size > maxSignedChunkBytes) throw new ApiError(400, 'InvalidChunkSizeError', 'A signed chunk is too large.')
    const parts: Buffer[] = []
    for await (const part of upTo(size)) parts.push(part)
    return Buffer.concat(parts)
  }

  return { line, upTo, exactly }
}

function malformed(): ApiError {
  return new ApiError(400, 'IncompleteBody', 'The aws-chunked body ended early or its framing is wrong.')
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}
