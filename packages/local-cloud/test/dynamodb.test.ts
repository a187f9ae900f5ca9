import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDynamoDb } from '../src/dynamodb.ts'
import { createSite, serve } from './site.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'dynamodb-'))
const site = createSite({ dataDir, timeScale: 1000 })
const dynamodb = createDynamoDb(site)
let server: Awaited<ReturnType<typeof serve>>
let client: DynamoDBClient

beforeAll(async () => {
  server = await serve(site, { dynamodb: dynamodb.operations })
  client = new DynamoDBClient(server.client)
  await dynamodb.createTable(table('one'))
})

afterAll(async () => {
  await server.close()
  await dynamodb.close()
  rmSync(dataDir, { recursive: true })
})

test('refuses a wrong secret with 400, as DynamoDB refuses everything', async () => {
  const credentials = { ...server.client.credentials, secretAccessKey: 'wrong' }
  const stranger = new DynamoDBClient({ ...server.client, credentials })

  await expect(stranger.send(new DescribeTableCommand({ TableName: 'one' }))).rejects.toMatchObject({
    name: 'InvalidSignatureException',
    $metadata: { httpStatusCode: 400 },
  })
})

test('writes under a condition and refuses the write when it fails', async () => {
  const put = (changes: Partial<PutItemCommandInput> = {}) =>
    client.send(
      new PutItemCommand({
        TableName: 'one',
        Item: { pk: { S: 'conditional' }, seq: { S: '01' } },
        ConditionExpression: 'attribute_not_exists(pk)',
        ...changes,
      }),
    )
  const update = new UpdateItemCommand({
    TableName: 'one',
    Key: { pk: { S: 'conditional' } },
    UpdateExpression: 'SET seq = :seq',
    ConditionExpression: 'seq < :seq',
    ExpressionAttributeValues: { ':seq': { S: '00' } },
  })

  await put()

  await expect(put()).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' })
  await expect(client.send(update)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' })
  await expect(put({ ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })).rejects.toThrow('is not modelled')
})

test('a table has keys, indexes and an ARN of this account and region, and can be used at once', async () => {
  const GlobalSecondaryIndexes = [
    { IndexName: 'by-kind', KeySchema: keys('kind', 'sk'), Projection: { ProjectionType: 'KEYS_ONLY' as const } },
  ]
  const { AttributeDefinitions } = table('', 'sk', 'kind')
  await dynamodb.createTable({ ...table('indexed', 'sk'), AttributeDefinitions, GlobalSecondaryIndexes })
  await client.send(
    new PutItemCommand({
      TableName: 'indexed',
      Item: { pk: { S: 'a' }, sk: { S: '1' }, kind: { S: 'x' }, more: { S: 'm' } },
    }),
  )

  const { Table } = await client.send(new DescribeTableCommand({ TableName: 'indexed' }))
  const { Items } = await client.send(
    new QueryCommand({
      TableName: 'indexed',
      IndexName: 'by-kind',
      KeyConditionExpression: 'kind = :kind',
      ExpressionAttributeValues: { ':kind': { S: 'x' } },
    }),
  )

  expect(Table).toMatchObject({
    TableStatus: 'ACTIVE',
    TableArn: 'arn:aws:dynamodb:eu-west-1:000000000000:table/indexed',
  })
  expect(Items).toEqual([{ pk: { S: 'a' }, sk: { S: '1' }, kind: { S: 'x' } }])
})

test('a table that is made again keeps its items, also in a new start on the same folder, but not under other keys', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dynamodb-'))
  const first = createDynamoDb(createSite({ dataDir: folder }))
  await first.createTable(table('kept'))
  await first.createTable(table('kept'))
  await first.close()

  const second = createDynamoDb(createSite({ dataDir: folder }))
  await second.createTable(table('kept'))
  const otherKeys = second.createTable(table('kept', 'sk'))

  await expect(otherKeys).rejects.toThrow('table kept exists with other keys')
  await second.close()
  rmSync(folder, { recursive: true })
})

test('deletes what has expired and nothing else', async () => {
  await dynamodb.createTable(table('expiring'), 'expiresAt')
  const seconds = Math.floor(Date.now() / 1000)
  const items = {
    expired: { N: String(seconds - 10) },
    later: { N: String(seconds + 3600) },
    text: { S: String(seconds - 10) },
  }
  for (const [pk, expiresAt] of Object.entries(items)) {
    await client.send(new PutItemCommand({ TableName: 'expiring', Item: { pk: { S: pk }, expiresAt } }))
  }

  await expect.poll(() => has('expiring', 'expired'), { timeout: 5000 }).toBe(false)
  expect([await has('expiring', 'later'), await has('expiring', 'text')]).toEqual([true, true])
})

test('refuses a missing table, a wrong key and operations that are not modelled', async () => {
  const get = (TableName: string, Key: { [name: string]: { S: string } }) =>
    client.send(new GetItemCommand({ TableName, Key }))

  await expect(get('none', { pk: { S: 'x' } })).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  await expect(get('one', { other: { S: 'x' } })).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(client.send(new DescribeTimeToLiveCommand({ TableName: 'one' }))).rejects.toThrow(
    'dynamodb:DescribeTimeToLive is not modelled',
  )
  await expect(client.send(new TransactWriteItemsCommand({ TransactItems: [] }))).rejects.toThrow(
    'dynamodb:TransactWriteItems is not modelled',
  )
  await expect(
    client.send(new CreateTableCommand({ TableName: 'x', KeySchema: [], AttributeDefinitions: [] })),
  ).rejects.toMatchObject({
    $metadata: { httpStatusCode: 501 },
  })
})

async function has(TableName: string, pk: string): Promise<boolean> {
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: { pk: { S: pk } } }))
  return Item !== undefined
}

function table(TableName: string, ...more: string[]) {
  const names = ['pk', ...more]
  const AttributeDefinitions = names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }))
  return { TableName, KeySchema: keys(...names), AttributeDefinitions }
}

function keys(...names: string[]) {
  return names.map((AttributeName, index) => ({
    AttributeName,
    KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const),
  }))
}
