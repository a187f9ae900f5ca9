import { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { createS3Store } from '../src/s3-store.ts'

const source = { key: 'a b.jpg', eTag: '"e1"', size: 10 }
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
      headers: { etag: '"e1"', 'content-length': '10', 'x-amz-version-id': 'v1' },
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

  it('reads a range of exactly the object that was looked at', async () => {
    const { store, requests } = storeThatGets({ status: 206, body: 'cde' })
    const into = Buffer.alloc(3)

    expect(await store.readSource(source, into, 2)).toBe('read')
    expect(into.toString()).toBe('cde')
    expect(requests[0]?.headers).toMatchObject({ range: 'bytes=2-4', 'if-match': '"e1"' })
  })

  it('throws a body that is shorter than its range', async () => {
    const { store } = storeThatGets({ status: 206, body: 'c' })

    await expect(store.readSource(source, Buffer.alloc(3), 0)).rejects.toThrow('short body of a b.jpg: 1 of 3 bytes')
  })

  it.each([404, 412, 416])('says that the source has changed on %i', async (status) => {
    expect(await storeThatGets({ status }).store.readSource(source, Buffer.alloc(3), 0)).toBe('changed')
  })

  it('tells an archived object from a denied one', async () => {
    const archived = storeThatGets({ status: 403, body: errorBody('InvalidObjectState') })
    const denied = storeThatGets({ status: 403, body: errorBody('AccessDenied') })

    expect(await archived.store.readSource(source, Buffer.alloc(3), 0)).toBe('archived')
    await expect(denied.store.readSource(source, Buffer.alloc(3), 0)).rejects.toThrow('AccessDenied')
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
    expect(await storeThatGets({ status, body: errorBody(code) }).store.putRendition(rendition, '"r1"')).toBe(false)
  })

  it('throws when the thumbnails bucket is missing', async () => {
    const { store } = storeThatGets({ status: 404, body: errorBody('NoSuchBucket') })

    await expect(store.putRendition(rendition, undefined)).rejects.toThrow('NoSuchBucket')
  })

  it('lists renditions with what they were made from', async () => {
    const { store } = storeThatGets(
      { status: 200, body: '<ListBucketResult><Contents><Key>a@64.webp</Key></Contents></ListBucketResult>' },
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
  body?: string
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
  const client = new S3Client({
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: {
      async handle(request: SentRequest) {
        const { status = 500, headers = {}, body = '' } = replies[requests.length] ?? {}
        requests.push(request)
        return { response: { statusCode: status, headers, body: Readable.from([Buffer.from(body)]) } }
      },
    },
  })
  return { store: createS3Store(client, { uploads: 'uploads', thumbnails: 'thumbnails' }), requests }
}

function errorBody(code: string): string {
  return `<Error><Code>${code}</Code><Message>${code}</Message></Error>`
}
