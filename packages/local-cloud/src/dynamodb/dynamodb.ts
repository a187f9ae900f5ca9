import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { CreateTableInput, DescribeTimeToLiveInput, UpdateTimeToLiveInput } from '@aws-sdk/client-dynamodb'
import type { Service, Site } from '../api.ts'
import { createJsonService, type JsonOperations } from '../json-service.ts'
import { isRefusal, type Item, openTableStore, type Output, type TableStore } from './store.ts'
import { startSweeping } from './time-to-live.ts'

/** CreateTable's input, which is also the shape of the template's properties. */
export type TableSpec = Pick<
  CreateTableInput,
  'TableName' | 'KeySchema' | 'AttributeDefinitions' | 'GlobalSecondaryIndexes'
>

export interface DynamoDb {
  service: Service
  operations: string[]
  /** Makes the table and waits until it can be used; one with the same keys is kept, one with others is an error. */
  createTable: (table: TableSpec, ttlAttribute?: string) => Promise<void>
  close: () => Promise<void>
}

// Not CreateTable and its like: tables are made from templates only
const itemOperations = [
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
]

/** DynamoDB on dynalite, with time to live and the old item of a failed condition, which dynalite lacks. */
export function createDynamoDb(site: Site): DynamoDb {
  const store = openTableStore(join(site.dataDir, 'dynamodb'), site)
  const ttlAttributes = new Map<string, string>()
  const stopSweeping = startSweeping(store, ttlAttributes, site)

  const operations: JsonOperations = {
    ...Object.fromEntries(itemOperations.map((name) => [name, (input: object) => store.execute(name, input)])),
    UpdateTimeToLive: async ({ TableName: name = '', TimeToLiveSpecification: ttl }: UpdateTimeToLiveInput) => {
      await store.execute('DescribeTable', { TableName: name })
      ttlAttributes.delete(name)
      if (ttl?.Enabled && ttl.AttributeName) ttlAttributes.set(name, ttl.AttributeName)
      return { TimeToLiveSpecification: ttl }
    },
    DescribeTimeToLive: async ({ TableName: name = '' }: DescribeTimeToLiveInput) => {
      await store.execute('DescribeTable', { TableName: name })
      const AttributeName = ttlAttributes.get(name)
      return { TimeToLiveDescription: { TimeToLiveStatus: AttributeName ? 'ENABLED' : 'DISABLED', AttributeName } }
    },
  }

  const onRefusal = async (error: unknown, input: Record<string, unknown>) => {
    if (!isRefusal(error)) throw error
    const Item = isRefusal(error, 'ConditionalCheckFailedException') ? await findOldItem(store, input) : undefined
    return { status: error.statusCode, body: { ...error.body, Item } }
  }

  async function createTable(table: TableSpec, ttlAttribute?: string): Promise<void> {
    const name = table.TableName ?? ''
    const existing = await describe(store, name)
    if (existing && JSON.stringify(existing.KeySchema) !== JSON.stringify(table.KeySchema)) {
      throw new Error(`table ${name} exists with other keys: remove the data folder or rename the table`)
    }
    if (!existing) await store.execute('CreateTable', { ...table, BillingMode: 'PAY_PER_REQUEST' })
    while ((await describe(store, name))?.TableStatus !== 'ACTIVE') await delay(2)
    ttlAttributes.delete(name)
    if (ttlAttribute) ttlAttributes.set(name, ttlAttribute)
  }

  const close = () => {
    stopSweeping()
    return store.close()
  }
  const service = createJsonService('dynamodb', '1.0', operations, onRefusal)
  return { service, operations: Object.keys(operations), createTable, close }
}

async function describe(store: TableStore, TableName: string): Promise<Output['Table']> {
  const found = await store.execute('DescribeTable', { TableName }).catch((error: unknown) => {
    if (isRefusal(error, 'ResourceNotFoundException')) return undefined
    throw error
  })
  return found?.Table
}

/** What ReturnValuesOnConditionCheckFailure asks for: dynalite ignores it. */
async function findOldItem(store: TableStore, input: Record<string, unknown>): Promise<Item | undefined> {
  if (input['ReturnValuesOnConditionCheckFailure'] !== 'ALL_OLD') return undefined
  const TableName = String(input['TableName'])
  const schema = (await describe(store, TableName))?.KeySchema ?? []
  const source = (input['Key'] ?? input['Item']) as Item
  const Key = Object.fromEntries(schema.map(({ AttributeName: name = '' }) => [name, source[name]]))
  return (await store.execute('GetItem', { TableName, Key, ConsistentRead: true })).Item
}
