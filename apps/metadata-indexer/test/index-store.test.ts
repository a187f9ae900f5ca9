import { CreateTableCommand, DynamoDBClient, GetItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import type { IndexRow, LiveRow } from '@fanout/schemas'
import dynalite from 'dynalite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbIndex } from '../src/dynamodb-index.ts'
import type { IndexStore } from '../src/index-store.ts'
import { createMemoryIndex } from '../src/testing/index.ts'
import { buildLiveRow, buildTombstone } from './build-row.ts'
import { permutations } from './permutations.ts'

const server = dynalite({ createTableMs: 0 })
let client: DynamoDBClient

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
})

afterAll(async () => {
  client.destroy()
  await new Promise((resolve) => server.close(resolve))
})

describe.each([
  ['in memory', async (): Promise<IndexStore> => createMemoryIndex()],
  ['in DynamoDB', async () => createDynamoDbIndex(client, await createTable())],
])('the index %s', (_, createIndex) => {
  it.each([
    [
      'a full row',
      buildLiveRow({ objectKey: 'a b/ü😀', gps: { lat: -0.077332, lon: 11.885127 }, exposureSeconds: 1e-5 }),
    ],
    ['the longest key that S3 allows', buildLiveRow({ objectKey: 'ü'.repeat(512) })],
    ['a tombstone', buildTombstone()],
  ])('gives %s back as it was put', async (__, row) => {
    const index = await createIndex()

    expect(await index.replaceRow(row, undefined)).toBe(true)

    expect(await index.getRow(row.objectKey)).toEqual(row)
  })

  it('has no row of a key that it has not heard of', async () => {
    const index = await createIndex()

    expect(await index.getRow('unknown')).toBeUndefined()
  })

  it('ends with the row of the newest order, in whichever order the rows come', async () => {
    for (const orders of permutations(['01', '02', '0A'])) {
      const index = await createIndex()

      const written: boolean[] = []
      for (const order of orders) written.push(await index.putUnlessNewer({ ...buildLiveRow(), order }))

      expect(await index.getRow('photo.jpg')).toMatchObject({ order: '0A' })
      expect(written).toEqual(orders.map((order, at) => orders.slice(0, at).every((earlier) => earlier <= order)))
    }
  })

  it('replaces the whole row: nothing of the former one stays', async () => {
    const index = await createIndex()
    await index.putUnlessNewer({ ...buildLiveRow({ make: 'Canon', width: 10 }), order: '01' })

    await index.putUnlessNewer({ ...buildTombstone(), order: '02' })

    expect(await index.getRow('photo.jpg')).toEqual({ ...buildTombstone(), order: '02' })
  })

  it('takes a row without an order for older than any with one', async () => {
    const index = await createIndex()
    await index.replaceRow(withoutOrder(buildLiveRow()), undefined)

    expect(await index.putUnlessNewer({ ...buildLiveRow(), order: '00' })).toBe(true)
  })

  it('replaces a row only if it is the one that was seen', async () => {
    const index = await createIndex()
    const [first, second, third] = ['1', '2', '3'].map((revision) => buildLiveRow({ revision }))

    expect(await index.replaceRow(first!, 'seen by nobody')).toBe(false)
    expect(await index.replaceRow(first!, undefined)).toBe(true)
    expect(await index.replaceRow(second!, undefined)).toBe(false)
    expect(await index.replaceRow(second!, '1')).toBe(true)
    expect(await index.replaceRow(third!, '1')).toBe(false)

    expect(await index.getRow('photo.jpg')).toEqual(second)
  })

  it('of two that replace the same row at once, one succeeds', async () => {
    const index = await createIndex()

    const replaced = await Promise.all(
      ['1', '2'].map((revision) => index.replaceRow(buildLiveRow({ revision }), undefined)),
    )

    expect(replaced.filter(Boolean)).toHaveLength(1)
  })
})

describe('the index in DynamoDB', () => {
  it('marks a deleted object by a boolean, for whoever scans the table', async () => {
    const TableName = await createTable()
    await createDynamoDbIndex(client, TableName).putUnlessNewer({ ...buildTombstone(), order: '01' })

    const { Item } = await client.send(new GetItemCommand({ TableName, Key: { objectKey: { S: 'photo.jpg' } } }))

    expect(Item).toMatchObject({ deleted: { BOOL: true }, order: { S: '01' }, expiresAt: { N: expect.any(String) } })
  })

  it('throws what DynamoDB refuses for another reason', async () => {
    const index = createDynamoDbIndex(client, 'no-such-table')

    await expect(index.putUnlessNewer({ ...buildLiveRow(), order: '01' })).rejects.toThrow('not found')
    await expect(index.getRow('photo.jpg')).rejects.toThrow('not found')
  })

  it('writes the row of an ordinary upload for one write unit', async () => {
    const { metered, units } = meter()

    await createDynamoDbIndex(metered, await createTable()).putUnlessNewer({ ...fullestRow, order: '0'.repeat(32) })

    expect(units).toEqual([1])
  })

  it('reads a row as it is now: half a unit would buy what it was a moment ago', async () => {
    const { metered, units } = meter()

    await createDynamoDbIndex(metered, await createTable()).getRow('photo.jpg')

    expect(units).toEqual([1])
  })
})

/** The client, and the units that DynamoDB has charged for each of its calls. */
function meter() {
  const units: (number | undefined)[] = []
  const metered = {
    async send(command: { input: object }) {
      Object.assign(command.input, { ReturnConsumedCapacity: 'TOTAL' })
      const output = await client.send(command as never)
      units.push((output as { ConsumedCapacity?: { CapacityUnits?: number } }).ConsumedCapacity?.CapacityUnits)
      return output
    },
  }
  return { metered: metered as never, units }
}

/** Every attribute there is, with values as long as they come in practice. */
const fullestRow = buildLiveRow({
  objectKey: 'customers/4711/2026/01/21/holiday photos/IMG_20260121_232100_HDR.jpg',
  versionId: 'x'.repeat(32),
  declaredType: 'application/octet-stream',
  lens: 'iPhone 15 Pro Max back triple camera 6.765mm f/1.78',
  offset: '+02:00',
  iccProfile: 'Display P3 Gamut with sRGB Transfer',
  storageClass: 'INTELLIGENT_TIERING',
  replicationStatus: 'COMPLETED',
})

function withoutOrder({ order: _order, ...row }: LiveRow): IndexRow {
  return row
}

let tables = 0

async function createTable(): Promise<string> {
  const TableName = `index-${(tables += 1)}`
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'objectKey', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'objectKey', KeyType: 'HASH' }],
    }),
  )
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.005, maxDelay: 0.02 }, { TableName })
  return TableName
}
