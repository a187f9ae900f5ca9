import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startS3 } from './s3-site.ts'

let s3: Awaited<ReturnType<typeof startS3>>
beforeAll(async () => {
  s3 = await startS3()
  await s3.createBucket('versioned', { versioned: true })
})
afterAll(() => s3.close())

const at = (Key: string) => ({ Bucket: 'versioned', Key })
const put = async (Key: string, Body: string) =>
  (await s3.client.send(new PutObjectCommand({ ...at(Key), Body }))).VersionId ?? ''
const get = async (Key: string, VersionId?: string) => {
  const { Body } = await s3.client.send(new GetObjectCommand({ ...at(Key), VersionId }))
  return Body?.transformToString()
}
const remove = (Key: string, VersionId?: string) => s3.client.send(new DeleteObjectCommand({ ...at(Key), VersionId }))
const versions = async (Prefix: string) => {
  const { Versions = [], DeleteMarkers = [] } = await s3.client.send(
    new ListObjectVersionsCommand({ Bucket: 'versioned', Prefix }),
  )
  const ids = (list: Pick<ObjectVersion, 'VersionId' | 'IsLatest'>[]) =>
    list.map(({ VersionId = '', IsLatest }) => `${VersionId}${IsLatest ? ' latest' : ''}`)
  return { objects: ids(Versions), markers: ids(DeleteMarkers) }
}

test('keeps every version and gives each by its id', async () => {
  const first = await put('kept', 'first')
  const second = await put('kept', 'second')

  expect(first).toMatch(/^[\w.]{32}$/)
  expect(await get('kept')).toBe('second')
  expect(await get('kept', first)).toBe('first')
  expect(await versions('kept')).toEqual({ objects: [`${second} latest`, first], markers: [] })
})

test('hides a deleted object under a marker and says so', async () => {
  const id = await put('hidden', 'x')
  const { DeleteMarker, VersionId: marker = '' } = await remove('hidden')

  expect(DeleteMarker).toBe(true)
  expect(await versions('hidden')).toEqual({ objects: [id], markers: [`${marker} latest`] })
  expect(await get('hidden', id)).toBe('x')
  await expect(get('hidden')).rejects.toMatchObject({
    name: 'NoSuchKey',
    $response: { headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker } },
  })
  await expect(s3.client.send(new HeadObjectCommand(at('hidden')))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 404 },
    $response: { headers: { 'x-amz-delete-marker': 'true' } },
  })
  const listed = await s3.client.send(new ListObjectsV2Command({ Bucket: 'versioned', Prefix: 'hidden' }))
  expect(listed.KeyCount).toBe(0)
})

test('refuses to read a marker as an object', async () => {
  const { VersionId: marker } = await remove('never was')

  await expect(get('never was', marker)).rejects.toMatchObject({
    name: 'MethodNotAllowed',
    $response: { statusCode: 405, headers: { 'x-amz-delete-marker': 'true', allow: 'DELETE' } },
  })
  const tags = new GetObjectTaggingCommand({ ...at('never was'), VersionId: marker })
  await expect(s3.client.send(tags)).rejects.toMatchObject({ name: 'MethodNotAllowed' })
  const copy = new CopyObjectCommand({ ...at('copy'), CopySource: `versioned/never was?versionId=${marker}` })
  await expect(s3.client.send(copy)).rejects.toMatchObject({ name: 'InvalidRequest' })
})

test('brings an object back when its marker is deleted', async () => {
  await put('back', 'x')
  const { VersionId: marker } = await remove('back')

  const undone = await remove('back', marker)

  expect(undone).toMatchObject({ DeleteMarker: true, VersionId: marker })
  expect(await get('back')).toBe('x')
})

test('deletes a version for good', async () => {
  const first = await put('gone', 'first')
  const second = await put('gone', 'second')

  const Delete = { Objects: [{ Key: 'gone', VersionId: second }, { Key: 'gone' }] }
  const { Deleted } = await s3.client.send(new DeleteObjectsCommand({ Bucket: 'versioned', Delete }))

  expect(Deleted).toEqual([
    { Key: 'gone', VersionId: second },
    { Key: 'gone', DeleteMarker: true, DeleteMarkerVersionId: expect.any(String) },
  ])
  await expect(get('gone', second)).rejects.toMatchObject({ name: 'NoSuchVersion', VersionId: second })
  expect((await versions('gone')).objects).toEqual([first])
  expect((await remove('gone', second)).DeleteMarker).toBeUndefined()
})

test('refuses an id that no version can have', async () => {
  await expect(get('kept', 'short')).rejects.toMatchObject({ name: 'InvalidArgument', ArgumentValue: 'short' })
  await expect(remove('kept', 'short')).rejects.toMatchObject({ name: 'InvalidArgument' })
})

test('copies an old version to the front', async () => {
  const first = await put('front', 'first')
  await put('front', 'second')

  const copied = await s3.client.send(
    new CopyObjectCommand({ ...at('front'), CopySource: `versioned/front?versionId=${first}` }),
  )

  expect(copied.CopySourceVersionId).toBe(first)
  expect(copied.VersionId).not.toBe(first)
  expect(await get('front')).toBe('first')
})

test('lists versions page by page, also after a version that is gone', async () => {
  const ids: string[] = []
  for (const key of ['p/a', 'p/b', 'p/c']) for (const body of '123') ids.unshift(await put(key, body))
  const expected = ['p/a', 'p/b', 'p/c'].flatMap((key, index) =>
    ids.slice((2 - index) * 3, (3 - index) * 3).map((id) => `${key} ${id}`),
  )

  const seen: string[] = []
  let [KeyMarker, VersionIdMarker]: (string | undefined)[] = []
  do {
    const page: ListObjectVersionsCommandOutput = await s3.client.send(
      new ListObjectVersionsCommand({ Bucket: 'versioned', Prefix: 'p/', MaxKeys: 2, KeyMarker, VersionIdMarker }),
    )
    seen.push(...(page.Versions ?? []).map(({ Key, VersionId }) => `${Key} ${VersionId}`))
    ;[KeyMarker, VersionIdMarker] = [page.NextKeyMarker, page.NextVersionIdMarker]
    if (KeyMarker) await remove(KeyMarker, VersionIdMarker)
  } while (KeyMarker)

  expect(seen).toEqual(expected)
})

test('keeps old versions when versioning ends, and new ones are null', async () => {
  await s3.createBucket('ended', { versioned: true })
  const ended = (Key: string) => ({ Bucket: 'ended', Key })
  const { VersionId: old } = await s3.client.send(new PutObjectCommand({ ...ended('k'), Body: 'old' }))

  await s3.createBucket('ended', { versioned: false })

  const { Status } = await s3.client.send(new GetBucketVersioningCommand({ Bucket: 'ended' }))
  expect(Status).toBe('Suspended')
  const once = await s3.client.send(new PutObjectCommand({ ...ended('k'), Body: 'once' }))
  const twice = await s3.client.send(new PutObjectCommand({ ...ended('k'), Body: 'twice' }))
  expect([once.VersionId, twice.VersionId]).toEqual(['null', 'null'])
  const marker = await s3.client.send(new DeleteObjectCommand(ended('k')))
  expect(marker).toMatchObject({ VersionId: 'null', DeleteMarker: true })
  const listed = await s3.client.send(new ListObjectVersionsCommand({ Bucket: 'ended' }))
  expect(listed.Versions?.map(({ VersionId }) => VersionId)).toEqual([old])
})
