import { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { createS3Store } from '../src/s3-store.ts'
import type { OpenedSource } from '../src/thumbnail-store.ts'

const source = { key: 'a b.jpg', eTag: '"e1"', size: 10 }
const found = { etag: '"e1"', 'content-length': '10' }
const rendition = {
  key: 'a%20b.jpg@64.webp',
  size: 64,
  width: 64,
  height: 48,
  data: Buffer.from('webp'),
  origin: { sourceETag: '"e1"', sourceVersion: 'v1', order: '0AF', spec: 'cafe' },
}

describe('createS3Store', () => {
  it('reads what S3 says of the source', async () => {
    const { store, requests } = storeThatGets({
      status: 200,
      headers: { ...found, 'x-amz-version-id': 'v1' },
    })

    expect(await store.headSource('a b.jpg')).toEqual({ ...source, versionId: 'v1' })
    expect(requests[0]).toMatchObject({ method: 'HEAD', path: '/a%20b.jpg' })
    expect(requests[0]?.hostname).toMatch(/^uploads\./)
  })

  it.each([404, 405])('takes %i for gone', async (status) => {
    expect(await storeThatGets({ status }).store.headSource('a')).toBeUndefined()
  })

  it('throws a denial: without s3:ListBucket it may hide a missing object, never stand for one', async () => {
    const denied = { $metadata: { httpStatusCode: 403 } }

    await expect(storeThatGets({ status: 403 }).store.headSource('a')).rejects.toMatchObject(denied)
    await expect(storeThatGets({ status: 403 }).store.headRendition('a')).rejects.toMatchObject(denied)
  })

  it('opens the source: what S3 says of it and its bytes in one request', async () => {
    const { store, requests } = storeThatGets({ status: 200, headers: found, chunks: ['abc', 'd', 'efghij'] })

    await using opened = await store.openSource('a b.jpg')

    expect(opened).toMatchObject(source)
    expect(await read(opened, 2)).toBe('ab')
    expect(await read(opened, 5)).toBe('cdefg')
    expect(await read(opened, 3)).toBe('hij')
    expect(requests).toHaveLength(1)
  })

  it('does not take an object of unknown size for an empty one', async () => {
    const { store } = storeThatGets({ status: 200, headers: { etag: '"e1"' }, chunks: ['abc'] })

    await expect(store.openSource('a b.jpg')).rejects.toThrow("S3's reply about a b.jpg: it has no size")
  })

  it('lets go of the connection of a body that was read, or is nearly', async () => {
    for (const length of [10, 4]) {
      const { store, bodies } = storeThatGets({ status: 200, headers: found, chunks: ['abc', 'defghij'] })
      {
        await using opened = await store.openSource('a b.jpg')
        await read(opened, length)
      }

      expect(bodies[0]).toMatchObject({ readableEnded: true, readableAborted: false })
    }
  })

  it('does not download what nobody reads', async () => {
    const film = { ...found, 'content-length': '5000000' }
    const { store, bodies } = storeThatGets({ status: 200, headers: film, chunks: Array(50).fill('a'.repeat(100_000)) })
    {
      await using opened = await store.openSource('a b.jpg')
      await read(opened, 4096)
    }

    expect(bodies[0]).toMatchObject({ destroyed: true, readableEnded: false })
  })

  it('throws when a body is shorter than S3 said', async () => {
    const { store } = storeThatGets({ status: 200, headers: found, chunks: ['abc'] })

    const opened = await store.openSource('a b.jpg')

    await expect(read(opened, 10)).rejects.toThrow('short body of a b.jpg: 3 of 10 bytes')
  })

  it.each([404, 405])('opens nothing on %i', async (status) => {
    expect(await storeThatGets({ status }).store.openSource('a')).toBeUndefined()
  })

  it('tells an archived object, of which only the bytes are out of reach, from a denied one', async () => {
    const archived = storeThatGets(
      { status: 403, chunks: [errorBody('InvalidObjectState')] },
      { status: 200, headers: found },
    )
    const denied = storeThatGets({ status: 403, chunks: [errorBody('AccessDenied')] })

    const opened = await archived.store.openSource('a b.jpg')
    expect(opened).toMatchObject(source)
    expect(opened).not.toHaveProperty('read')
    await expect(denied.store.openSource('a')).rejects.toThrow('AccessDenied')
  })

  it('creates a rendition only where none is, with what it was made from', async () => {
    const { store, requests } = storeThatGets({ status: 200 })

    expect(await store.putRendition(rendition, undefined)).toBe(true)
    expect(requests[0]).toMatchObject({
      method: 'PUT',
      path: '/a%2520b.jpg%4064.webp',
      headers: {
        'if-none-match': '*',
        'content-type': 'image/webp',
        'x-amz-meta-source-etag': '"e1"',
        'x-amz-meta-source-version': 'v1',
        'x-amz-meta-order': '0AF',
        'x-amz-meta-spec': 'cafe',
        'x-amz-meta-width': '64',
        'x-amz-meta-height': '48',
      },
    })
  })

  it('replaces a rendition only if it is the one that was found', async () => {
    const { store, requests } = storeThatGets({ status: 200 })

    await store.putRendition(rendition, '"r1"')

    expect(requests[0]?.headers['if-match']).toBe('"r1"')
    expect(requests[0]?.headers['if-none-match']).toBeUndefined()
  })

  it.each([
    [412, 'PreconditionFailed'],
    [409, 'ConditionalRequestConflict'],
    [404, 'NoSuchKey'],
  ])('takes %i %s on its own write for a conflict', async (status, code) => {
    expect(await storeThatGets({ status, chunks: [errorBody(code)] }).store.putRendition(rendition, '"r1"')).toBe(false)
  })

  it('throws when the thumbnails bucket is missing', async () => {
    const { store } = storeThatGets({ status: 404, chunks: [errorBody('NoSuchBucket')] })

    await expect(store.putRendition(rendition, undefined)).rejects.toThrow('NoSuchBucket')
  })

  it('lists renditions with what they were made from', async () => {
    const { store } = storeThatGets(
      { status: 200, chunks: ['<ListBucketResult><Contents><Key>a@64.webp</Key></Contents></ListBucketResult>'] },
      { status: 200, headers: { etag: '"r1"', 'x-amz-meta-source-etag': '"e1"', 'x-amz-meta-spec': 'cafe' } },
    )

    expect(await store.listRenditions('a@')).toEqual([
      { key: 'a@64.webp', eTag: '"r1"', origin: { sourceETag: '"e1"', spec: 'cafe' } },
    ])
  })
})

interface Reply {
  status: number
  headers?: Record<string, string>
  chunks?: string[]
}

interface SentRequest {
  method: string
  hostname: string
  path: string
  headers: Record<string, string>
}

/** The store on a real client, whose requests are answered in turn from here. */
function storeThatGets(...replies: Reply[]) {
  const requests: SentRequest[] = []
  const bodies: Readable[] = []
  const client = new S3Client({
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: {
      async handle(request: SentRequest) {
        const { status = 500, headers = {}, chunks = [''] } = replies[requests.length] ?? {}
        const body = Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
        requests.push(request)
        bodies.push(body)
        return { response: { statusCode: status, headers, body } }
      },
    },
  })
  return { store: createS3Store(client, { uploads: 'uploads', thumbnails: 'thumbnails' }), requests, bodies }
}

async function read(opened: OpenedSource | undefined, length: number): Promise<string> {
  const into = Buffer.alloc(length)
  await opened?.read?.(into)
  return into.toString()
}

function errorBody(code: string): string {
  return `<Error><Code>${code}</Code><Message>${code}</Message></Error>`
}
