import { CreateTableCommand, DynamoDBClient, GetItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { buildObjectEvent } from '@fanout/event-parsing/testing'
import type { AuditEntry } from '@fanout/schemas'
import dynalite from 'dynalite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditTrail } from '../src/audit-trail.ts'
import { createDynamoDbTrail } from '../src/dynamodb-trail.ts'
import { createMemoryTrail } from '../src/testing/index.ts'
import { toAuditEntry } from '../src/to-audit-entry.ts'

interface Subject {
  trail: AuditTrail
  read: (entry: AuditEntry) => Promise<AuditEntry | undefined>
}

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
  ['in memory', createMemorySubject],
  ['in DynamoDB', createDynamoDbSubject],
])('the trail %s', (_, createSubject) => {
  test('gives an entry back as it was created', async () => {
    const { trail, read } = await createSubject()
    const entry = buildEntry({ key: 'a b/ü😀', details: { lifecycleEventData: { big: 2 ** 60, empty: '' } } })

    expect(await trail.create(entry)).toBe(true)

    expect(await read(entry)).toEqual(entry)
  })

  test('never changes an entry', async () => {
    const { trail, read } = await createSubject()
    const entry = buildEntry({})
    await trail.create(entry)

    expect(await trail.create({ ...entry, principalId: 'somebody else' })).toBe(false)

    expect(await read(entry)).toEqual(entry)
  })

  test('of two that create the same entry at once, one succeeds', async () => {
    const { trail } = await createSubject()
    const entry = buildEntry({})

    const created = await Promise.all([trail.create(entry), trail.create(entry)])

    expect(created.filter(Boolean)).toHaveLength(1)
  })

  test('takes the longest key that S3 allows', async () => {
    const { trail, read } = await createSubject()
    const entry = buildEntry({ key: 'ü'.repeat(512) })

    expect(await trail.create(entry)).toBe(true)
    expect(await read(entry)).toEqual(entry)
  })
})

test('what DynamoDB refuses for another reason is thrown', async () => {
  const trail = createDynamoDbTrail(client, 'no-such-table')

  await expect(trail.create(buildEntry({}))).rejects.toThrow(/not found/)
})

function buildEntry(overrides: Parameters<typeof buildObjectEvent>[0]): AuditEntry {
  const entry = toAuditEntry(buildObjectEvent(overrides), Date.parse('2026-01-21T23:21:05.000Z'))
  if (!entry) throw new Error('a replay has no entry')
  return entry
}

async function createMemorySubject(): Promise<Subject> {
  const trail = createMemoryTrail()
  return { trail, read: async ({ objectKey, entryId }) => trail.entries.get(JSON.stringify([objectKey, entryId])) }
}

let tables = 0

async function createDynamoDbSubject(): Promise<Subject> {
  const TableName = `audit-${(tables += 1)}`
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'objectKey', AttributeType: 'S' },
        { AttributeName: 'entryId', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'objectKey', KeyType: 'HASH' },
        { AttributeName: 'entryId', KeyType: 'RANGE' },
      ],
    }),
  )
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 0.05, maxDelay: 0.2 }, { TableName })
  return {
    trail: createDynamoDbTrail(client, TableName),
    read: async ({ objectKey, entryId }) => {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: marshall({ objectKey, entryId }) }))
      return Item && (unmarshall(Item) as AuditEntry)
    },
  }
}
