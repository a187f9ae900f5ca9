import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ApiError } from '../../src/api.ts'
import { startS3 } from './s3-site.ts'

let s3: Awaited<ReturnType<typeof startS3>>
let VersionId: string | undefined
const asked: string[] = []
const denied = new Set<string>()
beforeAll(async () => {
  s3 = await startS3({}, (_, action, resource) => {
    asked.push(`${action} ${resource}`)
    if (denied.has(`${action} ${resource}`)) throw new ApiError(403, 'AccessDenied', `no ${action}`)
  })
  await s3.createBucket('bucket', { versioned: true })
  ;({ VersionId } = await s3.client.send(new PutObjectCommand({ ...at, Body: 'x', Tagging: 'a=b' })))
})
afterAll(() => s3.close())
beforeEach(() => {
  asked.length = 0
  denied.clear()
})

const at = { Bucket: 'bucket', Key: 'dir/k' }
const [bucket, object] = ['arn:aws:s3:::bucket', 'arn:aws:s3:::bucket/dir/k']

test.each([
  ['reading', () => new GetObjectCommand(at), [`s3:GetObject ${object}`]],
  ['looking at a version', () => new HeadObjectCommand({ ...at, VersionId }), [`s3:GetObjectVersion ${object}`]],
  [
    'reading the tags of a version',
    () => new GetObjectTaggingCommand({ ...at, VersionId }),
    [`s3:GetObjectVersionTagging ${object}`],
  ],
  ['uploading', () => new PutObjectCommand({ ...at, Body: 'x' }), [`s3:PutObject ${object}`]],
  [
    'uploading with tags',
    () => new PutObjectCommand({ ...at, Body: 'x', Tagging: 'a=b' }),
    [`s3:PutObject ${object}`, `s3:PutObjectTagging ${object}`],
  ],
  [
    'creating',
    () => new PutObjectCommand({ ...at, Key: 'n', IfNoneMatch: '*', Body: 'x' }),
    [`s3:PutObject ${bucket}/n`],
  ],
  ['beginning an upload in parts', () => new CreateMultipartUploadCommand(at), [`s3:PutObject ${object}`]],
  [
    'copying an object with tags',
    () => new CopyObjectCommand({ ...at, Key: 'c', CopySource: 'bucket/dir/k' }),
    [
      `s3:PutObject ${bucket}/c`,
      `s3:GetObject ${object}`,
      `s3:GetObjectTagging ${object}`,
      `s3:PutObjectTagging ${bucket}/c`,
    ],
  ],
  ['tagging', () => new PutObjectTaggingCommand({ ...at, Tagging: { TagSet: [] } }), [`s3:PutObjectTagging ${object}`]],
  ['listing', () => new ListObjectsV2Command({ Bucket: 'bucket' }), [`s3:ListBucket ${bucket}`]],
  ['listing versions', () => new ListObjectVersionsCommand({ Bucket: 'bucket' }), [`s3:ListBucketVersions ${bucket}`]],
  ['listing buckets', () => new ListBucketsCommand(), ['s3:ListAllMyBuckets *']],
  ['deleting', () => new DeleteObjectCommand({ ...at, Key: 'd' }), [`s3:DeleteObject ${bucket}/d`]],
] as const)('asks for what %s needs', async (_, command, needed) => {
  await s3.client.send(command() as GetObjectCommand)

  expect(asked).toEqual(needed)
})

test('asks for reading as well when a write is conditional on the object', async () => {
  const { ETag } = await s3.client.send(new PutObjectCommand({ ...at, Key: 'if', Body: 'x' }))
  asked.length = 0

  await s3.client.send(new PutObjectCommand({ ...at, Key: 'if', Body: 'y', IfMatch: ETag }))

  expect(asked).toEqual([`s3:PutObject ${bucket}/if`, `s3:GetObject ${bucket}/if`])
})

test('changes nothing for whoever may not', async () => {
  denied.add(`s3:PutObject ${object}`)

  await expect(s3.client.send(new PutObjectCommand({ ...at, Body: 'other' }))).rejects.toMatchObject({
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
  })

  const { Body } = await s3.client.send(new GetObjectCommand(at))
  expect(await Body?.transformToString()).toBe('x')
})

test('deletes those of several objects that the caller may delete', async () => {
  denied.add(`s3:DeleteObjectVersion ${object}`)
  const Objects = [{ Key: 'dir/k', VersionId }, { Key: 'other' }]

  const answer = await s3.client.send(new DeleteObjectsCommand({ Bucket: 'bucket', Delete: { Objects } }))

  expect(asked).toEqual([`s3:DeleteObjectVersion ${object}`, `s3:DeleteObject ${bucket}/other`])
  expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(['other'])
  expect(answer.Errors).toEqual([
    { Key: 'dir/k', VersionId, Code: 'AccessDenied', Message: 'no s3:DeleteObjectVersion' },
  ])
})

test('tells only those who may list the bucket that an object is missing', async () => {
  const get = () => s3.client.send(new GetObjectCommand({ ...at, Key: 'missing' }))
  await expect(get()).rejects.toMatchObject({ name: 'NoSuchKey' })

  denied.add(`s3:ListBucket ${bucket}`)

  await expect(get()).rejects.toMatchObject({ name: 'AccessDenied' })
})
