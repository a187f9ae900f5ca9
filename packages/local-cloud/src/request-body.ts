import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { ApiError } from './api.ts'
import { type ChunkSignatures, decodeChunks } from './chunked-body.ts'
import type { StringSigner } from './signature.ts'
import type { SignatureClaim } from './signature-claim.ts'

// SNS, SQS and DynamoDB accept 1 to 16 MiB in one request
const maxBufferedBytes = 16 * 1024 * 1024

/** The whole of a body; refuses what no service but S3 would take. */
export function readAll(body: Readable): Promise<Buffer> {
  // Events: `for await` costs several times as much on the small bodies that this is for
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    body.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBufferedBytes) chunks.push(chunk)
      else reject(new ApiError(413, 'RequestEntityTooLarge', 'The request is too large.'))
    })
    body.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    body.once('error', reject)
  })
}

/**
 * An S3 request's bytes as the client meant them: the payload hash is checked while they are read, aws-chunked framing is
 * removed, and the headers say so afterwards (content-length, content-encoding, and the trailers once the body has ended).
 */
export function streamBody(
  request: IncomingMessage,
  claim: SignatureClaim,
  payloadHash: string,
  sign: StringSigner,
): Readable {
  // Leaving the body unread must not close the connection on which the error is still to be sent
  const source: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
  if (/^[0-9a-f]{64}$/.test(payloadHash)) return toReadable(checkHash(source, payloadHash))
  switch (payloadHash) {
    case 'UNSIGNED-PAYLOAD':
      return request
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return unframe(request, source)
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return unframe(request, source, { sign, longDate: claim.longDate, scope: claim.scope, seed: claim.signature })
    default:
      throw new ApiError(400, 'InvalidArgument', `x-amz-content-sha256 ${payloadHash} is not supported`)
  }
}

async function* checkHash(source: AsyncIterable<Buffer>, expected: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const chunk of source) {
    hash.update(chunk)
    yield chunk
  }
  const actual = hash.digest('hex')
  if (actual === expected) return
  throw new ApiError(
    400,
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { ClientComputedContentSHA256: expected, S3ComputedContentSHA256: actual },
  )
}

function unframe({ headers }: IncomingMessage, source: AsyncIterable<Buffer>, signatures?: ChunkSignatures): Readable {
  const encodings = headers['content-encoding']?.split(',').map((text) => text.trim()) ?? []
  headers['content-length'] = headers['x-amz-decoded-content-length'] as string
  headers['content-encoding'] = encodings.filter((encoding) => encoding !== 'aws-chunked').join(',')
  if (headers['content-encoding'] === '') delete headers['content-encoding']
  return toReadable(decode(headers, source, signatures))
}

async function* decode(
  headers: IncomingMessage['headers'],
  source: AsyncIterable<Buffer>,
  signatures: ChunkSignatures | undefined,
): AsyncGenerator<Buffer> {
  const trailers: Record<string, string> = {}
  let length = 0
  for await (const chunk of decodeChunks(source, trailers, signatures)) {
    length += chunk.length
    yield chunk
  }
  if (length !== Number(headers['x-amz-decoded-content-length'])) {
    throw new ApiError(400, 'IncompleteBody', 'The body does not have the length of x-amz-decoded-content-length.')
  }
  const announced = String(headers['x-amz-trailer'] ?? '').split(',')
  for (const name of announced.map((text) => text.trim().toLowerCase())) {
    if (trailers[name] !== undefined) headers[name] = trailers[name]
  }
}

function toReadable(chunks: AsyncIterable<Buffer>): Readable {
  return Readable.from(chunks, { objectMode: false })
}
