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
  const encodings = headers['content-encoding']?.split(',').map((text) => text.trim()) ?? []
  const others = encodings.filter((encoding) => encoding !== 'aws-chunked').join(',')
  if (others) headers['content-encoding'] = others
  else delete headers['content-encoding']
  headers['content-length'] = String(headers['x-amz-decoded-content-length'])
  return Readable.from(decodeChunks(headers, source), { objectMode: false })
}

async function* checkHash(source: AsyncIterable<Buffer>, expected: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const chunk of source) {
    hash.update(chunk)
    yield chunk
  }
  if (hash.digest('hex') === expected) return
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed."
  throw new ApiError(400, 'XAmzContentSHA256Mismatch', message)
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html */
async function* decodeChunks(headers: IncomingMessage['headers'], source: AsyncIterable<Buffer>) {
  const iterator = source[Symbol.asyncIterator]()
  let pending: Buffer = Buffer.alloc(0)
  let length = 0
  const check = (isRight: boolean) => {
    if (!isRight) throw new ApiError(400, 'IncompleteBody', 'The aws-chunked body ended early or its framing is wrong.')
  }
  async function readMore(): Promise<Buffer> {
    const { done, value } = await iterator.next()
    check(!done)
    return value
  }
  async function readLine(): Promise<string> {
    while (!pending.includes('\r\n')) {
      check(pending.length <= 16_384)
      pending = Buffer.concat([pending, await readMore()])
    }
    const end = pending.indexOf('\r\n')
    const line = pending.toString('latin1', 0, end)
    pending = pending.subarray(end + 2)
    return line
  }

  async function readSize(): Promise<number> {
    const line = await readLine()
    check(/^[0-9a-fA-F]{1,10}$/.test(line))
    return Number.parseInt(line, 16)
  }

  for (let size = await readSize(); size > 0; size = await readSize()) {
    length += size
    for (let left = size; left > 0;) {
      if (pending.length === 0) pending = await readMore()
      const part = pending.subarray(0, left)
      pending = pending.subarray(part.length)
      left -= part.length
      yield part
    }
    check((await readLine()) === '')
  }
  const announced = String(headers['x-amz-trailer']).split(',')
  for (let line = await readLine(); line !== ''; line = await readLine()) {
    const [name = '', value = ''] = line.split(/:(.*)/)
    if (announced.includes(name.toLowerCase())) headers[name.toLowerCase()] = value.trim()
  }
  check(length === Number(headers['content-length']))
}
