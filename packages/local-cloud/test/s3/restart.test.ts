import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DeleteObjectCommand, GetObjectCommand, GetBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { notifications, startS3 } from './s3-site.ts'

let s3: Awaited<ReturnType<typeof startS3>>
beforeAll(async () => {
  s3 = await startS3()
  await s3.createBucket('kept', { versioned: true, topics: notifications() })
})
afterAll(() => s3.close())

const put = (Key: string, Body: string, more = {}) =>
  s3.client.send(new PutObjectCommand({ Bucket: 'kept', Key, Body, ...more }))
const sequencer = () => s3.records(1)[0].s3.object.sequencer

test('keeps buckets, versions and objects over a restart', async () => {
  const { VersionId } = await put('k', 'first', { Metadata: { a: 'b' }, Tagging: 't=1' })
  await put('k', 'second')

  await s3.restart()

  const { Body, Metadata, TagCount } = await s3.client.send(
    new GetObjectCommand({ Bucket: 'kept', Key: 'k', VersionId }),
  )
  expect(await Body?.transformToString()).toBe('first')
  expect([Metadata, TagCount]).toEqual([{ a: 'b' }, 1])
  const { Status } = await s3.client.send(new GetBucketVersioningCommand({ Bucket: 'kept' }))
  expect(Status).toBe('Enabled')
})

test('goes on with higher sequencers, even when the clock went back and the newest version is gone', async () => {
  await put('k', 'before')
  const { VersionId } = await put('k', 'newest')
  await s3.client.send(new DeleteObjectCommand({ Bucket: 'kept', Key: 'k', VersionId }))
  const before = sequencer()
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 60_000)

  await s3.restart()
  await put('k', 'after')
  vi.restoreAllMocks()

  expect(sequencer() > before).toBe(true)
})

test('sends no test event for notifications that it had before', async () => {
  await s3.restart()
  const before = s3.published.length

  await s3.createBucket('kept', { versioned: true, topics: notifications() })

  expect(s3.published.length).toBe(before)
})

test('removes what a killed process left half done', async () => {
  const folder = join(s3.site.dataDir, 's3/blobs')
  const before = readdirSync(folder)
  writeFileSync(join(folder, 'orphan'), 'x')

  await s3.restart()

  expect(readdirSync(folder).toSorted()).toEqual(before.toSorted())
})
