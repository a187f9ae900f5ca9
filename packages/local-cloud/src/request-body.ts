import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { ApiError } from './api.ts'

// DynamoDB takes the largest requests of those that are read whole
const maxBytes = 16 * 1024 * 1024

/** The whole of a small body. By events: `for await` costs several times as much on a single chunk. */
export function readAll(body: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    body.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBytes) chunks.push(chunk)
      else reject(new ApiError(413, 'RequestEntityTooLarge', 'The request is too large.'))
    })
    body.once('end', () => resolve(Buffer.concat(chunks)))
    body.once('error', reject)
  })
}

/**
 * An S3 request's bytes as the client meant them: the payload hash is checked while they are read, aws-chunked framing is
 * removed, and the headers say so (content-length, content-encoding, and the trailers once the body has ended).
 */
export function streamBody(request: IncomingMessage, payloadHash: string): Readable {
  if (payloadHash === 'UNSIGNED-PAYLOAD') return request
  // A body that is left unread must not close the connection on which the error is still to be sent
  const source: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
  if (/^[0-9a-f]{64}$/.test(payloadHash)) return Readable.from(checkHash(source, payloadHash), { objectMode: false })
  if (payloadHash !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    throw new ApiError(501, 'NotImplemented', `x-amz-content-sha256 ${payloadHash} is not modelled by the local cloud`)
  }
  const { headers } = request
  const encodings = headers['content-encoding']?.split(/\s*,\s*/).filter((encoding) => encoding !== 'aws-chunked') ?? []
  if (encodings.length > 0) headers['content-encoding'] = encodings.join(',')
  else delete headers['content-encoding']
  headers['content-length'] = String(headers['x-amz-decoded-content-length'])
  return Readable.from(decodeChunks(headers, source), { objectMode: false })
}

async function* checkHash(source: AsyncIterable<Buffer>, expected: string): AsyncGenerator<Buffer> {
  const digest = createHash('sha256')
  for await (const chunk of source) {
    digest.update(chunk)
    yield chunk
  }
  if (digest.digest('hex') === expected) return
  throw new ApiError(400, 'XAmzContentSHA256Mismatch', 'x-amz-content-sha256 does not match what was computed.')
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html */
async function* decodeChunks(headers: IncomingMessage['headers'], source: AsyncIterable<Buffer>) {
  const iterator = source[Symbol.asyncIterator]()
  let pending: Buffer = Buffer.alloc(0)
  let length = 0
  const check = (isRight: boolean, code = 'IncompleteBody') => {
    if (!isRight) throw new ApiError(400, code, 'The aws-chunked body ended early, or its framing or trailer is wrong.')
  }
  async function readMore(): Promise<Buffer> {
    const { done, value } = await iterator.next()
    check(!done && pending.length <= 16_384)
    return value
  }
  async function readLine(): Promise<string> {
    while (!pending.includes('\r\n')) pending = Buffer.concat([pending, await readMore()])
    const end = pending.indexOf('\r\n')
    const line = pending.toString('latin1', 0, end)
    pending = pending.subarray(end + 2)
    return line
  }

  for (let size = await readLine(); size !== '0'; size = await readLine()) {
    check(/^[0-9a-fA-F]{1,10}$/.test(size))
    let left = Number.parseInt(size, 16)
    length += left
    while (left > 0) {
      if (pending.length === 0) pending = await readMore()
      const part = pending.subarray(0, left)
      pending = pending.subarray(part.length)
      left -= part.length
      yield part
    }
    check((await readLine()) === '')
  }
  const announced =
    headers['x-amz-trailer']
      ?.toString()
      .toLowerCase()
      .split(/\s*,\s*/) ?? []
  for (let line = await readLine(); line !== ''; line = await readLine()) {
    const [name = '', value = ''] = line.split(/:(.*)/)
    if (announced.includes(name.toLowerCase())) headers[name.toLowerCase()] = value.trim()
  }
  check(length === Number(headers['content-length']))
  const isMissing = (name: string) => headers[name] === undefined
  check(!announced.some(isMissing), 'MalformedTrailerError')
}
