import {
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startS3 } from './s3-site.ts'

let s3: Awaited<ReturnType<typeof startS3>>
const keys = ['2025/a', '2025/b/c', '2025/b/d', '2026/a', 'a b+c', 'b', 'é', '豚', '\u{FFFD}', '\u{1F600}']
beforeAll(async () => {
  s3 = await startS3()
  await s3.createBucket('list')
  for (const Key of keys.toReversed()) await s3.client.send(new PutObjectCommand({ Bucket: 'list', Key, Body: 'x' }))
})
afterAll(() => s3.close())

const list = async (input: Partial<ListObjectsV2CommandInput>) => {
  const page = await s3.client.send(new ListObjectsV2Command({ Bucket: 'list', ...input }))
  const found = page.Contents?.map(({ Key }) => Key) ?? []
  return { ...page, keys: found, prefixes: page.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [] }
}

test('lists keys in the order of their UTF-8 bytes', async () => {
  const page = await list({})

  expect(page.keys).toEqual(keys)
  expect(page).toMatchObject({ Name: 'list', Prefix: '', KeyCount: 10, MaxKeys: 1000, IsTruncated: false })
  expect(page.Contents?.[0]).toEqual({
    Key: '2025/a',
    ETag: '"9dd4e461268c8034f5c8564e155c67a6"',
    Size: 1,
    LastModified: expect.any(Date),
    StorageClass: 'STANDARD',
    ChecksumAlgorithm: ['CRC32'],
    ChecksumType: 'FULL_OBJECT',
  })
})

test('rolls keys up to the next delimiter after the prefix', async () => {
  expect(await list({ Delimiter: '/' })).toMatchObject({
    prefixes: ['2025/', '2026/'],
    keys: keys.slice(4),
    KeyCount: 8,
    Delimiter: '/',
  })
  expect(await list({ Delimiter: '/', Prefix: '2025/' })).toMatchObject({ prefixes: ['2025/b/'], keys: ['2025/a'] })
  expect(await list({ Delimiter: '/', Prefix: '2025' })).toMatchObject({ prefixes: ['2025/'], keys: [] })
  expect(await list({ Delimiter: '5/' })).toMatchObject({ prefixes: ['2025/'], keys: keys.slice(3) })
  expect(await list({ Prefix: 'none' })).toMatchObject({ keys: [], KeyCount: 0 })
})

test.each([1, 2, 3, 7])('gives every key and prefix once in pages of %i', async (MaxKeys) => {
  for (const Delimiter of [undefined, '/', 'b']) {
    const whole = await list({ Delimiter })
    const pages = paginateListObjectsV2({ client: s3.client }, { Bucket: 'list', Delimiter, MaxKeys })
    const [found, prefixes]: unknown[][] = [[], []]
    for await (const page of pages) {
      expect(page.KeyCount).toBeLessThanOrEqual(MaxKeys)
      found?.push(...(page.Contents?.map(({ Key }) => Key) ?? []))
      prefixes?.push(...(page.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? []))
    }
    expect(found).toEqual(whole.keys)
    expect(prefixes).toEqual(whole.prefixes)
  }
})

test('starts after a key, and after all of a folder when the key is in it', async () => {
  expect((await list({ StartAfter: '2025/b/c' })).keys).toEqual(keys.slice(2))
  expect((await list({ StartAfter: '2025/b' })).keys).toEqual(keys.slice(1))
  expect(await list({ StartAfter: '2025/b/c', Delimiter: '/' })).toMatchObject({ prefixes: ['2026/'] })
  expect((await list({ StartAfter: '\u{1F600}' })).keys).toEqual([])
})

test('gives nothing for no keys, and at most 1000', async () => {
  expect(await list({ MaxKeys: 0 })).toMatchObject({ keys: [], IsTruncated: false, MaxKeys: 0 })
  expect((await list({ MaxKeys: 5000 })).MaxKeys).toBe(1000)
})

test('refuses what is no token, number or encoding', async () => {
  const refused = { name: 'InvalidArgument' }

  await expect(list({ ContinuationToken: '*' })).rejects.toMatchObject(refused)
  await expect(list({ ContinuationToken: '' })).rejects.toMatchObject(refused)
  await expect(list({ MaxKeys: -1 })).rejects.toMatchObject(refused)
  await expect(list({ EncodingType: 'base64' as 'url' })).rejects.toMatchObject(refused)
})

test('encodes keys and prefixes when asked', async () => {
  const page = await list({ EncodingType: 'url', Delimiter: '/', StartAfter: 'a ' })

  expect(page.keys.slice(0, 3)).toEqual(['a%20b%2Bc', 'b', '%C3%A9'])
  expect(page).toMatchObject({ EncodingType: 'url', Delimiter: '/', StartAfter: 'a%20' })
})

test('lists in the first version of the protocol, with a marker to go on from', async () => {
  const page = (input: object) => s3.client.send(new ListObjectsCommand({ Bucket: 'list', ...input }))

  const first = await page({ MaxKeys: 1, Delimiter: '/' })
  const second = await page({ MaxKeys: 2, Delimiter: '/', Marker: first.NextMarker })
  const plain = await page({ MaxKeys: 2 })

  expect(first).toMatchObject({ NextMarker: '2025/', IsTruncated: true, CommonPrefixes: [{ Prefix: '2025/' }] })
  expect(second).toMatchObject({ Marker: '2025/', NextMarker: 'a b+c', CommonPrefixes: [{ Prefix: '2026/' }] })
  expect(plain.NextMarker).toBeUndefined()
  expect(plain.Contents?.map(({ Key }) => Key)).toEqual(keys.slice(0, 2))
})

test('lists the versions of a bucket without versioning as null', async () => {
  const { Versions = [], CommonPrefixes } = await s3.client.send(
    new ListObjectVersionsCommand({ Bucket: 'list', Delimiter: '/', MaxKeys: 3 }),
  )

  expect(Versions.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest])).toEqual([['a b+c', 'null', true]])
  expect(CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['2025/', '2026/'])
})
