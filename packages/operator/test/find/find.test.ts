import { PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findObjects, indexTableOf, type FindOptions, type FindQuery } from '../../src/find/find-objects.ts'
import type { Stage } from '../../src/stage/stage.ts'
import { STAGES } from '../start-stage.ts'

const photo = {
  mime: 'image/jpeg',
  dayTaken: '2008-05-30',
  dateTimeOriginal: '2008-05-30T15:56:01',
  camera: 'Nikon D90',
}
const rows = [
  { objectKey: 'a/1.jpg', ...photo },
  { objectKey: 'a/2.jpg', ...photo, camera: 'Canon EOS 40D' },
  { objectKey: 'b c/1.jpg', ...photo, dayTaken: '2008-05-31' },
  { objectKey: 'b c/notes.txt', mime: 'text/plain' },
  { objectKey: 'é.bin' },
]

describe.each(STAGES)('with %s', (_, start) => {
  let stage: Stage
  let close: () => Promise<void>
  beforeAll(async () => {
    ;({ stage, close } = await start())
    for (const row of rows) {
      await putRow(stage.clients.dynamoDb, { ...row, deleted: false })
      await stage.clients.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: row.objectKey, Body: 'x' }))
    }
    await putRow(stage.clients.dynamoDb, { objectKey: 'a/0-gone.jpg', deleted: true, expiresAt: 1 })
    await stage.clients.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: 'a/not-indexed.jpg', Body: 'x' }))
  })
  afterAll(() => close())

  const find = async (query: FindQuery, options: Partial<FindOptions> = {}) => {
    const page = await findObjects(stage, 'index', query, { limit: 100, ...options })
    return { ...page, keys: page.rows.map(({ objectKey }) => objectKey) }
  }

  test.each<[FindQuery, string[]]>([
    [{}, ['a/1.jpg', 'a/2.jpg', 'b c/1.jpg', 'b c/notes.txt', 'é.bin']],
    [{ prefix: 'b c/' }, ['b c/1.jpg', 'b c/notes.txt']],
    [{ type: 'image/jpeg' }, ['a/1.jpg', 'a/2.jpg', 'b c/1.jpg']],
    [{ type: 'image/jpeg', prefix: 'a/' }, ['a/1.jpg', 'a/2.jpg']],
    [{ day: '2008-05-30' }, ['a/1.jpg', 'a/2.jpg']],
    [{ camera: 'Nikon D90' }, ['a/1.jpg', 'b c/1.jpg']],
    [{ day: '2008-05-30', camera: 'Nikon D90', type: 'image/jpeg' }, ['a/1.jpg']],
    [{ camera: 'Nikon D90', type: 'text/plain' }, []],
  ])('%j finds what it says, and nothing that is gone', async (query, keys) => {
    expect((await find(query)).keys).toEqual(keys)
  })

  test.each<FindQuery>([{}, { type: 'image/jpeg' }, { camera: 'Nikon D90', type: 'image/jpeg' }])(
    'pages of %j, put together, are the whole',
    async (query) => {
      const keys: string[] = []
      let next: string | undefined
      let pages = 0
      do {
        const page = await find(query, { limit: 1, ...(next === undefined ? {} : { after: next }) })
        keys.push(...page.keys)
        next = page.next
        pages += 1
      } while (next !== undefined && pages < 10)

      expect(keys).toEqual((await find(query)).keys)
    },
  )

  test('a row tells what it is', async () => {
    const { rows: found } = await find({ day: '2008-05-31' })

    expect(found).toEqual([{ objectKey: 'b c/1.jpg', size: 1, ...photo, dayTaken: '2008-05-31' }])
  })
})

test('a stage without an index says so', () => {
  expect(() => indexTableOf({ name: 'dev', subscribers: [] })).toThrow('deploy metadata-indexer')
})

async function putRow(dynamoDb: DynamoDBClient, row: Record<string, unknown>) {
  const base = { revision: 'r', indexedAt: '2026-01-01T00:00:00Z' }
  const live = { eTag: 'e', size: 1, lastModified: '2026-01-01T00:00:00Z', extractor: 1 }
  const Item = marshall({ ...base, ...(row['deleted'] === true ? {} : live), ...row })
  await dynamoDb.send(new PutItemCommand({ TableName: 'index', Item }))
}
