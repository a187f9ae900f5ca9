import { createHash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startS3 } from './s3-site.ts'

let s3: Awaited<ReturnType<typeof startS3>>
beforeAll(async () => {
  s3 = await startS3()
  await s3.createBucket('parts')
})
afterAll(() => s3.close())

const MB = 1024 * 1024
const blobs = () => readdirSync(join(s3.site.dataDir, 's3/blobs')).length
const md5 = (data: Buffer | string) => createHash('md5').update(data).digest()
const read = async (Key: string) => {
  const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: 'parts', Key }))
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

async function start(Key: string, more = {}) {
  const { UploadId, ...created } = await s3.client.send(
    new CreateMultipartUploadCommand({ Bucket: 'parts', Key, ...more }),
  )
  const upload = { Bucket: 'parts', Key, UploadId }
  return {
    created,
    upload,
    part: (PartNumber: number, Body: Buffer | string, extra = {}) =>
      s3.client.send(new UploadPartCommand({ ...upload, PartNumber, Body, ...extra })),
    list: (more: object = {}) => s3.client.send(new ListPartsCommand({ ...upload, ...more })),
    complete: (Parts: object[], extra = {}) =>
      s3.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...extra })),
    abort: () => s3.client.send(new AbortMultipartUploadCommand(upload)),
  }
}

test('stores what lib-storage uploads in parts', async () => {
  const body = randomBytes(12 * MB)
  const before = blobs()
  const params = {
    Bucket: 'parts',
    Key: 'large',
    Body: Readable.from([body]),
    ContentType: 'image/png',
    Metadata: { a: 'b' },
  }

  const { ETag } = await new Upload({ client: s3.client, params, tags: [{ Key: 't', Value: '1' }] }).done()

  const etags = [0, 5, 10].map((at) => md5(body.subarray(at * MB, (at + 5) * MB)))
  expect(ETag).toBe(`"${md5(Buffer.concat(etags)).toString('hex')}-3"`)
  expect((await read('large')).equals(body)).toBe(true)
  const head = await s3.client.send(new HeadObjectCommand({ Bucket: 'parts', Key: 'large' }))
  expect(head).toMatchObject({
    ETag,
    ContentLength: 12 * MB,
    ContentType: 'image/png',
    Metadata: { a: 'b' },
    TagCount: 1,
  })
  expect(blobs()).toBe(before + 1)
})

test('takes parts in any order and a part again, and lists them', async () => {
  const { part, list, complete } = await start('listed')
  const second = await part(7, 'end')
  await part(2, 'replaced')
  const first = await part(2, Buffer.alloc(5 * MB, 'a'))

  const all = await list()
  const page = await list({ MaxParts: 1 })
  const rest = await list({ PartNumberMarker: page.NextPartNumberMarker })

  expect(all.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag])).toEqual([
    [2, 5 * MB, first.ETag],
    [7, 3, second.ETag],
  ])
  expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2' })
  expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([7])
  const done = await complete([
    { PartNumber: 2, ETag: first.ETag },
    { PartNumber: 7, ETag: second.ETag },
  ])
  expect(done).toMatchObject({ Bucket: 'parts', Key: 'listed', Location: `${s3.endpoint}/parts/listed` })
  expect((await read('listed')).subarray(-4).toString()).toBe('aend')
})

test('refuses to complete what was not uploaded like that', async () => {
  const { part, complete, list } = await start('refused')
  const [one, two] = [await part(1, 'small'), await part(2, 'end')]
  const [first, second] = [
    { PartNumber: 1, ETag: one.ETag },
    { PartNumber: 2, ETag: two.ETag },
  ]

  await expect(complete([first, second])).rejects.toMatchObject({ name: 'EntityTooSmall' })
  await expect(complete([second, first])).rejects.toMatchObject({ name: 'InvalidPartOrder' })
  await expect(complete([{ ...first, ETag: two.ETag }])).rejects.toMatchObject({ name: 'InvalidPart' })
  await expect(complete([{ PartNumber: 3, ETag: two.ETag }])).rejects.toMatchObject({ name: 'InvalidPart' })
  await expect(complete([])).rejects.toMatchObject({ name: 'MalformedXML' })
  await expect(part(0, '')).rejects.toMatchObject({ name: 'InvalidArgument' })
  await expect(part(10_001, '')).rejects.toMatchObject({ name: 'InvalidArgument' })
  expect((await list()).Parts).toHaveLength(2)
  await complete([second])
  await expect(part(1, 'late')).rejects.toMatchObject({ name: 'NoSuchUpload' })
})

test('forgets an aborted upload and its parts', async () => {
  const before = blobs()
  const { part, abort, list } = await start('aborted')
  await part(1, 'bytes')

  await abort()

  expect(blobs()).toBe(before)
  await expect(list()).rejects.toMatchObject({ name: 'NoSuchUpload' })
  await expect(abort()).rejects.toMatchObject({ name: 'NoSuchUpload' })
  await expect(read('aborted')).rejects.toMatchObject({ name: 'NoSuchKey' })
})

test('combines checksums of parts, or computes that of the object', async () => {
  const body = [Buffer.alloc(5 * MB, 'a'), Buffer.from('end')] as const
  const crc = (data: Buffer) => Buffer.from(crc32(data).toString(16).padStart(8, '0'), 'hex').toString('base64')
  const upload = async (Key: string, more: object, extra = {}) => {
    const { part, complete, created } = await start(Key, { ChecksumAlgorithm: 'CRC32', ...more })
    const parts = []
    for (const [index, bytes] of body.entries()) {
      const { ETag, ChecksumCRC32 } = await part(index + 1, bytes, { ChecksumAlgorithm: 'CRC32' })
      parts.push({ PartNumber: index + 1, ETag, ChecksumCRC32 })
    }
    return { created, parts, done: await complete(parts, extra) }
  }

  const composite = await upload('composite', {})
  const full = await upload('full', { ChecksumType: 'FULL_OBJECT' }, { ChecksumCRC32: crc(Buffer.concat(body)) })

  expect(composite.created).toMatchObject({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'COMPOSITE' })
  expect(composite.parts.map(({ ChecksumCRC32 }) => ChecksumCRC32)).toEqual(body.map(crc))
  const ofParts = crc(Buffer.concat(body.map((bytes) => Buffer.from(crc(bytes), 'base64'))))
  expect(composite.done).toMatchObject({ ChecksumCRC32: `${ofParts}-2`, ChecksumType: 'COMPOSITE' })
  expect(full.done).toMatchObject({ ChecksumCRC32: crc(Buffer.concat(body)), ChecksumType: 'FULL_OBJECT' })
  await expect(upload('wrong', { ChecksumType: 'FULL_OBJECT' }, { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({
    name: 'BadDigest',
  })
})

test('refuses a checksum type that an algorithm cannot have', async () => {
  const invalid = { name: 'InvalidRequest' }

  await expect(start('a', { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' })).rejects.toMatchObject(invalid)
  await expect(start('b', { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' })).rejects.toMatchObject(invalid)
})

test('copies parts from objects', async () => {
  const body = randomBytes(6 * MB)
  await s3.client.send(new PutObjectCommand({ Bucket: 'parts', Key: 'source', Body: body }))
  const { upload, complete } = await start('copied')
  const copy = async (PartNumber: number, CopySourceRange?: string) => {
    const command = new UploadPartCopyCommand({ ...upload, PartNumber, CopySource: 'parts/source', CopySourceRange })
    return { PartNumber, ETag: (await s3.client.send(command)).CopyPartResult?.ETag }
  }

  await complete([await copy(1), await copy(2, 'bytes=1-3')])

  expect((await read('copied')).equals(Buffer.concat([body, body.subarray(1, 4)]))).toBe(true)
  const { upload: other } = await start('copied')
  const outside = new UploadPartCopyCommand({
    ...other,
    PartNumber: 1,
    CopySource: 'parts/source',
    CopySourceRange: `bytes=0-${6 * MB}`,
  })
  await expect(s3.client.send(outside)).rejects.toMatchObject({ name: 'InvalidArgument' })
})

test('lists uploads in progress by key and then by age, in pages', async () => {
  const started = []
  for (const key of ['m/b', 'm/a', 'm/b', 'm/c/d']) started.push((await start(key)).upload)
  const [b1, a, b2, d] = started.map(({ UploadId }) => UploadId)
  const list = async (more: object) => {
    const page = await s3.client.send(new ListMultipartUploadsCommand({ Bucket: 'parts', Prefix: 'm/', ...more }))
    return { ...page, ids: page.Uploads?.map(({ UploadId }) => UploadId) }
  }

  const page = await list({ MaxUploads: 2 })
  const next = await list({ KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker })

  expect((await list({})).ids).toEqual([a, b1, b2, d])
  expect(page).toMatchObject({ ids: [a, b1], IsTruncated: true })
  expect(next.ids).toEqual([b2, d])
  expect(await list({ Delimiter: '/' })).toMatchObject({ ids: [a, b1, b2], CommonPrefixes: [{ Prefix: 'm/c/' }] })
})

test('keeps an upload in progress over a restart', async () => {
  const { upload, part } = await start('long')
  const { ETag } = await part(1, 'before')

  await s3.restart()

  const Parts = [{ PartNumber: 1, ETag }]
  await s3.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
  expect((await read('long')).toString()).toBe('before')
})
