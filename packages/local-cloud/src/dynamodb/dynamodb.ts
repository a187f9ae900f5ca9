import { join } from 'node:path'
import type { DescribeTimeToLiveInput, UpdateTimeToLiveInput } from '@aws-sdk/client-dynamodb'
import { ApiError, type ApiReply, type Service, type Site } from '../api.ts'
import { type DynaliteStore, isDynaliteError, type Item, openDynaliteStore } from './store.ts'
import { notModelled, operationOf } from '../json-service.ts'
import { readAll } from '../request-body.ts'
import { createTable, type TableSpec } from './tables.ts'
import { startSweeping } from './time-to-live.ts'

export interface DynamoDb {
  service: Service
  operations: string[]
  /** Makes the table unless it exists; throws when it exists with other keys. */
  createTable: (table: TableSpec) => Promise<void>
  close: () => Promise<void>
}

// Of dynalite's: tables are made from templates only
const storeOperations = [
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
  const store = openDynaliteStore(join(site.dataDir, 'dynamodb'), site)
  const ttlAttributes = new Map<string, string>()
  const stopSweeping = startSweeping(store, ttlAttributes, site)

  const ttlOperations: Record<string, (input: never) => object> = {
    UpdateTimeToLive: ({ TableName: name = '', TimeToLiveSpecification: ttl }: UpdateTimeToLiveInput) => {
      if (ttl?.Enabled && ttl.AttributeName) ttlAttributes.set(name, ttl.AttributeName)
      else ttlAttributes.delete(name)
      return { TimeToLiveSpecification: ttl }
    },
    DescribeTimeToLive: ({ TableName: name = '' }: DescribeTimeToLiveInput) => {
      const attribute = ttlAttributes.get(name)
      const description = { TimeToLiveStatus: attribute ? 'ENABLED' : 'DISABLED', AttributeName: attribute }
      return { TimeToLiveDescription: description }
    },
  }

  const service: Service = async (call) => {
    const operation = operationOf(call)
    const input = parseInput(await readAll(call.body))
    const answer = Object.hasOwn(ttlOperations, operation) ? ttlOperations[operation] : undefined
    if (answer) {
      await store.execute('DescribeTable', { TableName: input['TableName'] }).catch(toApiError)
      return reply(200, answer(input as never))
    }
    if (!storeOperations.includes(operation)) throw notModelled('dynamodb', operation)
    try {
      return reply(200, await store.execute(operation, input))
    } catch (error) {
      if (!isDynaliteError(error)) throw error
      const item = await findRefusedItem(store, input, error.body.__type)
      return reply(error.statusCode, { ...error.body, ...(item && { Item: item }) })
    }
  }

  return {
    service,
    operations: [...storeOperations, ...Object.keys(ttlOperations)],
    createTable: async (table) => {
      await createTable(store, table)
      if (table.ttlAttribute) ttlAttributes.set(table.name, table.ttlAttribute)
      else ttlAttributes.delete(table.name)
    },
    close: async () => {
      stopSweeping()
      await store.close()
    },
  }
}

function parseInput(bytes: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw new ApiError(400, 'SerializationException', 'the body is not a JSON document')
  }
}

function reply(status: number, body: object): ApiReply {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) }
}

/** What ReturnValuesOnConditionCheckFailure asks for: dynalite ignores it. */
async function findRefusedItem(store: DynaliteStore, input: Record<string, unknown>, type: string) {
  if (input['ReturnValuesOnConditionCheckFailure'] !== 'ALL_OLD') return undefined
  if (!type.endsWith('#ConditionalCheckFailedException')) return undefined
  const { TableName, Key } = input
  const key = Key ?? (await keyOf(store, TableName, input['Item'] as Item))
  return (await store.execute('GetItem', { TableName, Key: key, ConsistentRead: true })).Item
}

async function keyOf(store: DynaliteStore, TableName: unknown, item: Item): Promise<Item> {
  const { Table } = await store.execute('DescribeTable', { TableName })
  const { KeySchema } = Table as { KeySchema: { AttributeName: string }[] }
  return Object.fromEntries(KeySchema.map(({ AttributeName: name }) => [name, item[name]!]))
}

function toApiError(error: unknown): never {
  if (!isDynaliteError(error)) throw error
  throw new ApiError(error.statusCode, error.body.__type, error.body.message ?? '')
}
