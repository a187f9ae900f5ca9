import { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { createS3Objects } from '../src/s3-objects.ts'

const object = { key: 'a b.jpg', eTag: 'e1', size: 10, lastModified: '2026-01-21T23:21:00.000Z' }
const headers = { etag: '"e1"', 'last-modified': 'Wed, 21 Jan 2026 23:21:00 GMT' }

describe('head', () => {
  it('reads what S3 says of an object', async () => {
    const { objects, requests } = objectsOf({
      status: 200,
      headers: {
        ...headers,
        'content-length': '10',
        'content-type': 'image/jpeg',
        'x-amz-version-id': 'v1',
        'x-amz-storage-class': 'GLACIER_IR',
        'x-amz-replication-status': 'PENDING',
      },
    })

    expect(await objects.head('a b.jpg')).toEqual({
      ...object,
      versionId: 'v1',
      declaredType: 'image/jpeg',
      storageClass: 'GLACIER_IR',
      replicationStatus: 'PENDING',
    })
    expect(requests[0]).toMatchObject({ method: 'HEAD', path: '/a%20b.jpg' })
  })

  it.each([404, 405])('takes %i for gone', async (status) => {
    expect(await objectsOf({ status }).objects.head('a')).toBeUndefined()
  })

  it('throws a denial: without s3:ListBucket it may hide a missing object, never stand for one', async () => {
    const denied = { $metadata: { httpStatusCode: 403 } }

    await expect(objectsOf({ status: 403 }).objects.head('a')).rejects.toMatchObject(denied)
  })

  it('throws a reply that lacks what makes an object', async () => {
    const { objects } = objectsOf({ status: 200, headers: { 'content-length': '10' } })

    await expect(objects.head('a')).rejects.toThrow("cannot use S3's reply about a")
  })
})

describe('open', () => {
  it('reads what S3 says of an object, and its first bytes, in one request', async () => {
    const { objects, requests } = objectsOf({
      status: 206,
      headers: { ...headers, 'content-range': 'bytes 0-2/10' },
      body: 'abc',
    })

    expect(await objects.open('a b.jpg', 3)).toEqual({ object, start: Buffer.from('abc') })
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({ method: 'GET', headers: { range: 'bytes=0-2' } })
  })

  it('reads the whole of an object that is smaller than that', async () => {
    const { objects } = objectsOf({
      status: 206,
      headers: { ...headers, 'content-range': 'bytes 0-9/10' },
      body: '0123456789',
    })

    expect(await objects.open('a b.jpg', 100)).toEqual({ object, start: Buffer.from('0123456789') })
  })

  it('understands a reply without a range', async () => {
    const { objects } = objectsOf({ status: 200, headers: { ...headers, 'content-length': '10' }, body: '0123456789' })

    expect(await objects.open('a b.jpg', 100)).toEqual({ object, start: Buffer.from('0123456789') })
  })

  it('looks at an empty object by a HEAD: S3 refuses any range of it', async () => {
    const { objects, requests } = objectsOf(
      { status: 416, body: errorBody('InvalidRange') },
      { status: 200, headers: { ...headers, 'content-length': '0' } },
    )

    expect(await objects.open('a b.jpg', 3)).toEqual({ object: { ...object, size: 0 }, start: Buffer.alloc(0) })
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'HEAD'])
  })

  it('says that an object has changed which is empty no longer', async () => {
    const { objects } = objectsOf(
      { status: 416, body: errorBody('InvalidRange') },
      { status: 200, headers: { ...headers, 'content-length': '10' } },
    )

    expect(await objects.open('a b.jpg', 3)).toBe('changed')
  })

  it('gives an archived object without its bytes', async () => {
    const { objects } = objectsOf(
      { status: 403, body: errorBody('InvalidObjectState') },
      { status: 200, headers: { ...headers, 'content-length': '10', 'x-amz-storage-class': 'GLACIER' } },
    )

    expect(await objects.open('a b.jpg', 3)).toEqual({ object: { ...object, storageClass: 'GLACIER' } })
  })

  it.each([404, 405])('takes %i for gone', async (status) => {
    expect(await objectsOf({ status, body: errorBody('NoSuchKey') }).objects.open('a', 3)).toBeUndefined()
  })

  it('takes an archived or empty object for gone that is gone a moment later', async () => {
    const gone = { status: 404 }

    expect(await objectsOf({ status: 416, body: errorBody('InvalidRange') }, gone).objects.open('a', 3)).toBeUndefined()
    expect(
      await objectsOf({ status: 403, body: errorBody('InvalidObjectState') }, gone).objects.open('a', 3),
    ).toBeUndefined()
  })

  it('throws a denial, and a body that is shorter than it should be', async () => {
    const denied = objectsOf({ status: 403, body: errorBody('AccessDenied') })
    const short = objectsOf({ status: 206, headers: { ...headers, 'content-range': 'bytes 0-2/10' }, body: 'a' })

    await expect(denied.objects.open('a', 3)).rejects.toThrow('AccessDenied')
    await expect(short.objects.open('a', 3)).rejects.toThrow('short body of a: 1 of 3 bytes')
  })

  it('throws a body that is longer than it should be', async () => {
    const { objects } = objectsOf({
      status: 206,
      headers: { ...headers, 'content-range': 'bytes 0-2/10' },
      body: 'abcd',
    })

    await expect(objects.open('a', 3)).rejects.toThrow('long body of a: more than 3 bytes')
  })
})

describe('read', () => {
  it('reads a range of exactly the object that was looked at', async () => {
    const { objects, requests } = objectsOf({ status: 206, body: 'cde' })
    const into = Buffer.alloc(3)

    expect(await objects.read(object, into, 2)).toBe('read')
    expect(into.toString()).toBe('cde')
    expect(requests[0]?.headers).toMatchObject({ range: 'bytes=2-4', 'if-match': '"e1"' })
  })

  it.each([
    [404, 'NoSuchKey'],
    [412, 'PreconditionFailed'],
    [416, 'InvalidRange'],
    [403, 'InvalidObjectState'],
  ])('says that the object has changed on %i %s', async (status, code) => {
    expect(await objectsOf({ status, body: errorBody(code) }).objects.read(object, Buffer.alloc(3), 0)).toBe('changed')
  })

  it('throws a denial, and a broken connection', async () => {
    const denied = objectsOf({ status: 403, body: errorBody('AccessDenied') })

    await expect(denied.objects.read(object, Buffer.alloc(3), 0)).rejects.toThrow('AccessDenied')
    await expect(objectsOf({ status: 206, body: 'c' }).objects.read(object, Buffer.alloc(3), 0)).rejects.toThrow(
      'short body',
    )
  })
})

interface Reply {
  status: number
  headers?: Record<string, string>
  body?: string
}

interface SentRequest {
  method: string
  path: string
  headers: Record<string, string>
}

/** The store on a real client, whose requests are answered in turn from here. */
function objectsOf(...replies: Reply[]) {
  const requests: SentRequest[] = []
  const client = new S3Client({
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: {
      async handle(request: SentRequest) {
        const reply = replies[requests.length] ?? { status: 500 }
        requests.push(request)
        const body = Readable.from([Buffer.from(reply.body ?? '')])
        return { response: { statusCode: reply.status, headers: reply.headers ?? {}, body } }
      },
    },
  })
  return { objects: createS3Objects(client, 'uploads'), requests }
}

function errorBody(code: string): string {
  return `<Error><Code>${code}</Code><Message>${code}</Message></Error>`
}
