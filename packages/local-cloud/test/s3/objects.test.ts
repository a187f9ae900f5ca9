import { createHash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketLocationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketWebsiteCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notifications, startS3, topicArn } from './s3-site.ts'

let s3: Awaited<ReturnType<typeof startS3>>
beforeAll(async () => {
  s3 = await startS3()
  await s3.createBucket('photos', { topics: notifications('s3:ObjectCreated:*', { prefix: 'in/' }) })
  await s3.createBucket('other', { versioned: true })
})
afterAll(() => s3.close())

const put = (Key: string, Body: PutObjectCommandInput['Body'] = 'hello', more: Partial<PutObjectCommandInput> = {}) =>
  s3.client.send(new PutObjectCommand({ Bucket: 'photos', Key, Body, ...more }))
const get = async (Key: string, more: Partial<GetObjectCommandInput> = {}) => {
  const { Body, ...output } = await s3.client.send(new GetObjectCommand({ Bucket: 'photos', Key, ...more }))
  return { ...output, text: (await Body?.transformToString()) ?? '' }
}
const blobs = () => readdirSync(join(s3.site.dataDir, 's3/blobs')).length

test('tells its buckets, their region, versioning and notifications', async () => {
  const buckets = await s3.client.send(new ListBucketsCommand())
  const location = await s3.client.send(new GetBucketLocationCommand({ Bucket: 'photos' }))
  const head = await s3.client.send(new HeadBucketCommand({ Bucket: 'photos' }))
  const off = await s3.client.send(new GetBucketVersioningCommand({ Bucket: 'photos' }))
  const on = await s3.client.send(new GetBucketVersioningCommand({ Bucket: 'other' }))
  const configured = await s3.client.send(new GetBucketNotificationConfigurationCommand({ Bucket: 'photos' }))

  expect(buckets.Buckets?.map(({ Name }) => Name)).toEqual(['other', 'photos'])
  expect(buckets.Buckets?.[0]?.CreationDate).toBeInstanceOf(Date)
  expect(location.LocationConstraint).toBe('eu-west-1')
  expect(head.BucketRegion).toBe('eu-west-1')
  expect([off.Status, on.Status]).toEqual([undefined, 'Enabled'])
  expect(configured.TopicConfigurations).toEqual([
    {
      Id: expect.any(String),
      TopicArn: topicArn,
      Events: ['s3:ObjectCreated:*'],
      Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'in/' }] } },
    },
  ])
})

test('gives an object back with its content headers, metadata and ETag', async () => {
  const headers = {
    ContentType: 'text/plain',
    CacheControl: 'no-store',
    ContentDisposition: 'attachment',
    ContentEncoding: 'identity',
    ContentLanguage: 'en',
    Expires: new Date('2030-01-01T00:00:00Z'),
    Metadata: { 'taken-by': 'me, myself', empty: '' },
  }

  const { ETag, VersionId } = await put('with headers', 'hello', headers)
  const object = await get('with headers')

  expect(ETag).toBe(`"${createHash('md5').update('hello').digest('hex')}"`)
  expect(VersionId).toBeUndefined()
  expect(object).toMatchObject({ ...headers, ETag, text: 'hello', ContentLength: 5, AcceptRanges: 'bytes' })
  expect(object.LastModified?.getMilliseconds()).toBe(0)
})

test('gives headers that the reader asks for instead of the stored ones', async () => {
  await put('as asked', 'x')

  expect((await get('as asked')).ContentType).toBe('application/octet-stream')
  expect((await get('as asked', { ResponseContentType: 'image/png' })).ContentType).toBe('image/png')
})

test('keeps large and empty bodies', async () => {
  const large = randomBytes(3_000_000)
  await put('large', large)
  await put('empty', '')
  await put('stream', Readable.from([large.subarray(0, 1_000_000), large.subarray(1_000_000)]), { ContentLength: 3e6 })

  const bytes = async (Key: string) =>
    (await s3.client.send(new GetObjectCommand({ Bucket: 'photos', Key }))).Body?.transformToByteArray()
  expect(Buffer.compare(Buffer.from((await bytes('large')) ?? []), large)).toBe(0)
  expect(Buffer.compare(Buffer.from((await bytes('stream')) ?? []), large)).toBe(0)
  expect(await bytes('empty')).toHaveLength(0)
})

test('replaces an object and removes its old bytes', async () => {
  await put('twice', 'first')
  const before = blobs()

  await put('twice', 'second')

  expect((await get('twice')).text).toBe('second')
  expect(blobs()).toBe(before)
})

test('finishes a download of an object that is overwritten meanwhile', async () => {
  const first = randomBytes(4_000_000)
  await put('busy', first)
  const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: 'photos', Key: 'busy' }))

  await put('busy', 'second')

  expect(Buffer.compare(Buffer.from((await Body?.transformToByteArray()) ?? []), first)).toBe(0)
})

test.each([
  ['bytes=0-4', '01234', 'bytes 0-4/10'],
  ['bytes=8-', '89', 'bytes 8-9/10'],
  ['bytes=8-100', '89', 'bytes 8-9/10'],
  ['bytes=-3', '789', 'bytes 7-9/10'],
  ['bytes=-30', '0123456789', 'bytes 0-9/10'],
])('answers the range %s', async (Range, text, ContentRange) => {
  await put('digits', '0123456789')

  const answer = await get('digits', { Range })

  expect(answer).toMatchObject({ text, ContentRange, $metadata: { httpStatusCode: 206 } })
  expect(answer.ChecksumCRC32).toBeUndefined()
})

test('answers what is no single range with the whole object', async () => {
  await put('digits', '0123456789')

  for (const Range of ['bytes=5-3', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=-']) {
    expect(await get('digits', { Range })).toMatchObject({ text: '0123456789', $metadata: { httpStatusCode: 200 } })
  }
})

test('refuses ranges outside of the object', async () => {
  await put('digits', '0123456789')
  await put('nothing', '')

  await expect(get('digits', { Range: 'bytes=10-' })).rejects.toMatchObject({
    name: 'InvalidRange',
    ActualObjectSize: '10',
    RangeRequested: 'bytes=10-',
  })
  await expect(get('digits', { Range: 'bytes=-0' })).rejects.toMatchObject({ name: 'InvalidRange' })
  await expect(get('nothing', { Range: 'bytes=0-' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 416 } })
})

test('names what is missing', async () => {
  const head = s3.client.send(new HeadObjectCommand({ Bucket: 'photos', Key: 'missing' }))

  await expect(head).rejects.toMatchObject({ name: 'NotFound' })
  await expect(get('missing')).rejects.toMatchObject({ name: 'NoSuchKey', Key: 'missing' })
  await expect(get('k', { Bucket: 'nowhere' })).rejects.toMatchObject({ name: 'NoSuchBucket', BucketName: 'nowhere' })
  await expect(get('k', { PartNumber: 1 })).rejects.toMatchObject({ name: 'NotImplemented' })
})

test('refuses what is not modelled by the name that AWS has for it', async () => {
  const website = new PutBucketWebsiteCommand({ Bucket: 'photos', WebsiteConfiguration: {} })
  await put('kept', 'kept')

  await expect(s3.client.send(website)).rejects.toMatchObject({
    name: 'NotImplemented',
    message: 's3:PutBucketWebsite is not modelled by the local cloud',
    $metadata: { httpStatusCode: 501 },
  })
  const acl = new PutObjectAclCommand({ Bucket: 'photos', Key: 'kept', ACL: 'private' })
  await expect(s3.client.send(acl)).rejects.toMatchObject({ message: /^s3:PutObjectAcl is not modelled/ })
  await expect(put('kept', 'x', { ACL: 'public-read' })).rejects.toMatchObject({ message: /x-amz-acl: public-read/ })
  await expect(put('kept', 'x', { ServerSideEncryption: 'aws:kms' })).rejects.toMatchObject({ name: 'NotImplemented' })
  await expect(put('kept', 'x', { StorageClass: 'GLACIER' })).rejects.toMatchObject({ name: 'NotImplemented' })
  expect((await get('kept')).text).toBe('kept')
})

test('refuses another owner and too long a key', async () => {
  await expect(get('k', { ExpectedBucketOwner: '111111111111' })).rejects.toMatchObject({ name: 'AccessDenied' })
  await expect(put('é'.repeat(513))).rejects.toMatchObject({ name: 'KeyTooLongError' })
  await put('é'.repeat(512), 'as long as a key can be')
})

test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)('verifies and returns %s', async (algorithm) => {
  const body = '123456789'
  const expected = {
    CRC32: 'y/Q5Jg==',
    CRC32C: '4waSgw==',
    CRC64NVME: 'rosUhgp5mIg=',
    SHA1: createHash('sha1').update(body).digest('base64'),
    SHA256: createHash('sha256').update(body).digest('base64'),
  }[algorithm]
  const member = `Checksum${algorithm}` as const

  const answer = await put('sum', body, { [member]: expected })
  const read = await get('sum', { ChecksumMode: 'ENABLED' })

  expect(answer).toMatchObject({ [member]: expected, ChecksumType: 'FULL_OBJECT' })
  expect(read).toMatchObject({ [member]: expected, ChecksumType: 'FULL_OBJECT', text: body })
  const wrong = expected.startsWith('A') ? `B${expected.slice(1)}` : `A${expected.slice(1)}`
  await expect(put('sum', body, { [member]: wrong })).rejects.toMatchObject({ name: 'BadDigest' })
  await expect(put('sum', body, { [member]: 'AA==' })).rejects.toMatchObject({ name: 'InvalidRequest' })
})

test('verifies Content-MD5 and leaves nothing behind when it does not match', async () => {
  const before = blobs()
  const md5 = createHash('md5').update('hello').digest('base64')

  await expect(put('md5', 'hallo', { ContentMD5: md5 })).rejects.toMatchObject({ name: 'BadDigest' })
  await expect(put('md5', 'hello', { ContentMD5: 'AA==' })).rejects.toMatchObject({ name: 'InvalidDigest' })

  expect(blobs()).toBe(before)
  await expect(get('md5')).rejects.toMatchObject({ name: 'NoSuchKey' })
  await put('md5', 'hello', { ContentMD5: md5 })
})

test('leaves nothing behind when an upload breaks off', async () => {
  const before = blobs()
  const body = new PassThrough()
  const command = new PutObjectCommand({ Bucket: 'photos', Key: 'torn', Body: body, ContentLength: 300_000 })
  const abort = new AbortController()
  const uploading = s3.client.send(command, { abortSignal: abort.signal })
  body.write(Buffer.alloc(100_000))
  await expect.poll(blobs).toBe(before + 1)

  abort.abort()

  await expect(uploading).rejects.toMatchObject({ name: 'AbortError' })
  await expect.poll(blobs).toBe(before)
  await expect(get('torn')).rejects.toMatchObject({ name: 'NoSuchKey' })
})

test('keeps what a bucket was changed to while an upload was on its way', async () => {
  await s3.createBucket('changing')
  const [before, body] = [blobs(), new PassThrough()]
  const uploading = put('late', body, { Bucket: 'changing', ContentLength: 200_000 })
  body.write(Buffer.alloc(100_000))
  await expect.poll(blobs).toBe(before + 1)

  await s3.createBucket('changing', { versioned: true })
  body.end(Buffer.alloc(100_000))

  expect((await uploading).VersionId).toMatch(/^[\w.]{32}$/)
  const { Status } = await s3.client.send(new GetBucketVersioningCommand({ Bucket: 'changing' }))
  expect(Status).toBe('Enabled')
})

test('copies bytes, headers and tags, or replaces them', async () => {
  await put('dir/orig + é.txt', 'copied', { Metadata: { a: '1' }, Tagging: 'k=v', ContentType: 'text/css' })
  const CopySource = `photos/${encodeURIComponent('dir/orig + é.txt')}`
  const copy = (Key: string, more = {}) =>
    s3.client.send(new CopyObjectCommand({ Bucket: 'photos', Key, CopySource, ...more }))

  const { CopyObjectResult } = await copy('same')
  await copy('changed', { MetadataDirective: 'REPLACE', Metadata: { b: '2' }, TaggingDirective: 'REPLACE' })

  expect(CopyObjectResult?.LastModified).toBeInstanceOf(Date)
  expect(await get('same')).toMatchObject({
    Metadata: { a: '1' },
    TagCount: 1,
    ContentType: 'text/css',
    text: 'copied',
  })
  expect((await get('same')).ETag).toBe(CopyObjectResult?.ETag)
  expect(await get('changed')).toMatchObject({ Metadata: { b: '2' }, text: 'copied' })
  expect((await get('changed')).TagCount).toBeUndefined()
  const self = { Bucket: 'photos', Key: 'same', CopySource: 'photos/same' }
  await expect(s3.client.send(new CopyObjectCommand(self))).rejects.toMatchObject({ name: 'InvalidRequest' })
  await s3.client.send(new CopyObjectCommand({ ...self, MetadataDirective: 'REPLACE', Metadata: { c: '3' } }))
  expect((await get('same')).Metadata).toEqual({ c: '3' })
})

test('deletes objects, also several at once, and does not mind when they are gone', async () => {
  const Objects = ['a', ' b ', 'c&<>"\n', 'never was'].map((Key) => ({ Key }))
  for (const { Key } of Objects.slice(0, 3)) await put(`del/${Key}`)
  await put('del/single')
  const before = blobs()

  await s3.client.send(new DeleteObjectCommand({ Bucket: 'photos', Key: 'del/single' }))
  await s3.client.send(new DeleteObjectCommand({ Bucket: 'photos', Key: 'del/single' }))
  const Delete = { Objects: Objects.map(({ Key }) => ({ Key: `del/${Key}` })) }
  const { Deleted, Errors } = await s3.client.send(new DeleteObjectsCommand({ Bucket: 'photos', Delete }))

  expect(Deleted).toEqual(Delete.Objects)
  expect(Errors).toBeUndefined()
  expect(blobs()).toBe(before - 4)
  const left = await s3.client.send(new ListObjectsV2Command({ Bucket: 'photos', Prefix: 'del/' }))
  expect(left.KeyCount).toBe(0)
})

test('keeps, changes and removes tags, and refuses bad ones', async () => {
  await put('tagged', 'x', { Tagging: 'a=1&b+c=%C3%A9' })
  const at = { Bucket: 'photos', Key: 'tagged' }
  const tags = async () => (await s3.client.send(new GetObjectTaggingCommand(at))).TagSet
  const set = (TagSet: { Key: string; Value: string }[]) =>
    s3.client.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet } }))

  expect(await tags()).toEqual([
    { Key: 'a', Value: '1' },
    { Key: 'b c', Value: 'é' },
  ])
  await set([{ Key: 'only', Value: '' }])
  expect(await tags()).toEqual([{ Key: 'only', Value: '' }])
  await s3.client.send(new DeleteObjectTaggingCommand(at))
  expect(await tags()).toEqual([])
  const eleven = Array.from({ length: 11 }, (_, index) => ({ Key: `${index}`, Value: '' }))
  await expect(set(eleven)).rejects.toMatchObject({ name: 'BadRequest' })
  await expect(set([eleven[0]!, eleven[0]!])).rejects.toMatchObject({ name: 'InvalidTag' })
  await expect(put('tagged', 'x', { Tagging: 'aws:x=1' })).rejects.toMatchObject({ name: 'InvalidTag' })
})
