import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  PutObjectCommand,
  type PutObjectCommandInput,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startS3 } from './s3-site.ts'

let s3: Awaited<ReturnType<typeof startS3>>
beforeAll(async () => {
  s3 = await startS3()
  await s3.createBucket('plain')
  await s3.createBucket('versioned', { versioned: true })
})
afterAll(() => s3.close())

const put = (Key: string, more: Partial<PutObjectCommandInput> = {}) =>
  s3.client.send(new PutObjectCommand({ Bucket: 'plain', Key, Body: 'hello', ...more }))
const get = async (Key: string, more: Partial<GetObjectCommandInput>) =>
  (await s3.client.send(new GetObjectCommand({ Bucket: 'plain', Key, ...more }))).$metadata.httpStatusCode
const remove = (Key: string, more = {}) => s3.client.send(new DeleteObjectCommand({ Bucket: 'plain', Key, ...more }))

const notModified = { $metadata: { httpStatusCode: 304 } }
const failed = { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } }
const [past, future] = [new Date('2001-01-01'), new Date('2100-01-01')]

test('reads only a changed object, by ETag or date, and the ETag decides when both are given', async () => {
  const { ETag = '' } = await put('read')

  await expect(get('read', { IfNoneMatch: ETag })).rejects.toMatchObject(notModified)
  await expect(get('read', { IfNoneMatch: `"other", ${ETag}` })).rejects.toMatchObject(notModified)
  await expect(get('read', { IfModifiedSince: future })).rejects.toMatchObject(notModified)
  await expect(get('read', { IfNoneMatch: ETag, IfModifiedSince: past })).rejects.toMatchObject(notModified)
  expect(await get('read', { IfNoneMatch: '"other"', IfModifiedSince: future })).toBe(200)
  expect(await get('read', { IfModifiedSince: past })).toBe(200)
})

test('reads only an unchanged object, by ETag or date, and the ETag decides when both are given', async () => {
  const { ETag = '' } = await put('read')

  await expect(get('read', { IfMatch: '"other"' })).rejects.toMatchObject(failed)
  await expect(get('read', { IfUnmodifiedSince: past })).rejects.toMatchObject(failed)
  expect(await get('read', { IfMatch: ETag.replaceAll('"', ''), IfUnmodifiedSince: past })).toBe(200)
  expect(await get('read', { IfMatch: '*' })).toBe(200)
  expect(await get('read', { IfUnmodifiedSince: future })).toBe(200)
})

test('creates an object only when there is none', async () => {
  await remove('new')

  await put('new', { IfNoneMatch: '*' })

  await expect(put('new', { IfNoneMatch: '*', Body: 'second' })).rejects.toMatchObject(failed)
  await remove('new')
  await put('new', { IfNoneMatch: '*' })
})

test('replaces only the object that the client knows', async () => {
  const { ETag } = await put('known')
  const { ETag: next } = await put('known', { IfMatch: ETag, Body: 'second' })

  await expect(put('known', { IfMatch: ETag })).rejects.toMatchObject(failed)
  await expect(put('unknown', { IfMatch: next })).rejects.toMatchObject({ name: 'NoSuchKey' })
  await expect(put('known', { IfMatch: '*' })).rejects.toMatchObject({ name: 'NotImplemented' })
  await expect(put('known', { IfNoneMatch: ETag })).rejects.toMatchObject({ name: 'NotImplemented' })
})

test('takes a delete marker for no object', async () => {
  const at = { Bucket: 'versioned' }
  const { ETag } = await put('marked', at)
  await remove('marked', at)

  await expect(put('marked', { ...at, IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' })
  await put('marked', { ...at, IfNoneMatch: '*' })
})

test('lets one of several writers of a new object win', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, (_, index) => put('race', { IfNoneMatch: '*', Body: `${index}` })),
  )

  const lost = results.filter((result) => result.status === 'rejected')
  expect(lost.map(({ reason }) => reason.name)).toEqual(Array(4).fill('PreconditionFailed'))
})

test('reports a conflict when the object was deleted while its replacement was on its way', async () => {
  await put('conflict')
  const blobs = () => readdirSync(join(s3.site.dataDir, 's3/blobs')).length
  const before = blobs()
  const body = new PassThrough()
  const uploading = put('conflict', { Body: body, ContentLength: 100_000, IfNoneMatch: '*' })
  body.write(Buffer.alloc(50_000))
  await expect.poll(blobs).toBe(before + 1)

  await remove('conflict')
  body.end(Buffer.alloc(50_000))

  await expect(uploading).rejects.toMatchObject({
    name: 'ConditionalRequestConflict',
    $metadata: { httpStatusCode: 409 },
  })
})

test('completes an upload in parts on the same conditions', async () => {
  const start = async () => {
    const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket: 'plain', Key: 'parts' }))
    const upload = { Bucket: 'plain', Key: 'parts', UploadId }
    const { ETag } = await s3.client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'part' }))
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
    return (more: object) => s3.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload, ...more }))
  }
  await remove('parts')
  const [first, second, third, fourth] = [await start(), await start(), await start(), await start()]

  await expect(first({ IfMatch: '"x"' })).rejects.toMatchObject({ name: 'NoSuchKey' })
  const { ETag } = await first({ IfNoneMatch: '*' })
  await expect(second({ IfNoneMatch: '*' })).rejects.toMatchObject(failed)
  // The object has come since the upload began
  await expect(third({ IfMatch: ETag })).rejects.toMatchObject({ name: 'ConditionalRequestConflict' })
  await (
    await start()
  )({ IfMatch: ETag })
  await fourth({})
})

test('deletes only the object that the client knows', async () => {
  const { ETag } = await put('delete')
  await put('delete', { Bucket: 'versioned' })
  await remove('delete', { Bucket: 'versioned' })

  await expect(remove('delete', { IfMatch: '"other"' })).rejects.toMatchObject(failed)
  await expect(remove('missing', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' })
  await expect(remove('delete', { Bucket: 'versioned', IfMatch: '*' })).rejects.toMatchObject(failed)
  await remove('delete', { IfMatch: ETag })
})

test('copies only when the source is as expected', async () => {
  const { ETag } = await put('source')
  const copy = (more: object) =>
    s3.client.send(new CopyObjectCommand({ Bucket: 'plain', Key: 'copy', CopySource: 'plain/source', ...more }))

  await expect(copy({ CopySourceIfMatch: '"other"' })).rejects.toMatchObject(failed)
  await expect(copy({ CopySourceIfNoneMatch: ETag })).rejects.toMatchObject(failed)
  await copy({ CopySourceIfMatch: ETag, IfNoneMatch: '*' })
  await expect(copy({ IfNoneMatch: '*' })).rejects.toMatchObject(failed)
})
