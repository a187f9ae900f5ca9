import { ApiError } from './api.ts'

/**
 * Removes aws-chunked framing (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html) and puts the
 * lines that follow the last chunk into `trailers`.
 */
export async function* decodeChunks(
  source: AsyncIterable<Buffer>,
  trailers: Record<string, string>,
): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]()
  let pending: Buffer = Buffer.alloc(0)

  async function more(): Promise<Buffer> {
    const { done, value } = await iterator.next()
    if (done || pending.length > 16_384) throw malformed()
    return value
  }

  async function line(): Promise<string> {
    let end = pending.indexOf('\r\n')
    for (; end < 0; end = pending.indexOf('\r\n')) pending = Buffer.concat([pending, await more()])
    const text = pending.toString('latin1', 0, end)
    pending = pending.subarray(end + 2)
    return text
  }

  for (let size = parseSize(await line()); size > 0; size = parseSize(await line())) {
    for (let left = size; left > 0;) {
      if (pending.length === 0) pending = await more()
      const part = pending.subarray(0, left)
      pending = pending.subarray(part.length)
      left -= part.length
      yield part
    }
    if ((await line()) !== '') throw malformed()
  }
  for (let text = await line(); text !== ''; text = await line()) {
    const colon = text.indexOf(':')
    trailers[text.slice(0, colon).toLowerCase()] = text.slice(colon + 1).trim()
  }
}

function parseSize(line: string): number {
  if (/^[0-9a-fA-F]{1,10}$/.test(line)) return Number.parseInt(line, 16)
  throw malformed()
}

function malformed(): ApiError {
  return new ApiError(400, 'IncompleteBody', 'The aws-chunked body ended early or its framing is wrong.')
}
