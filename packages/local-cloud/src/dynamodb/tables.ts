import { setTimeout as delay } from 'node:timers/promises'
import { type DynaliteStore, isDynaliteError } from './store.ts'

export interface KeyAttribute {
  name: string
  type: 'S' | 'N' | 'B'
}

/** What of a template's table is acted on. */
export interface TableSpec {
  name: string
  partitionKey: KeyAttribute
  sortKey?: KeyAttribute | undefined
  indexes?: {
    name: string
    partitionKey: KeyAttribute
    sortKey?: KeyAttribute | undefined
    /** Absent: all attributes. */
    projectedAttributes?: 'keys' | string[] | undefined
  }[]
  ttlAttribute?: string | undefined
}

interface TableDescription {
  TableStatus: string
  KeySchema: object[]
  AttributeDefinitions: object[]
}

/** Makes the table and waits until it can be used; one that exists with the same keys is left as it is. */
export async function createTable(store: DynaliteStore, spec: TableSpec): Promise<void> {
  const input = toCreateTableInput(spec)
  const existing = await describe(store, spec.name)
  if (existing) {
    if (JSON.stringify(existing.KeySchema) === JSON.stringify(input.KeySchema)) return
    throw new Error(`table ${spec.name} exists with other keys: remove the data folder or rename the table`)
  }
  await store.execute('CreateTable', input)
  while ((await describe(store, spec.name))?.TableStatus !== 'ACTIVE') await delay(2)
}

async function describe(store: DynaliteStore, TableName: string): Promise<TableDescription | undefined> {
  try {
    const { Table } = await store.execute('DescribeTable', { TableName })
    return Table as TableDescription
  } catch (error) {
    if (isDynaliteError(error) && error.body.__type.endsWith('#ResourceNotFoundException')) return undefined
    throw error
  }
}

function toCreateTableInput({ name, partitionKey, sortKey, indexes = [] }: TableSpec) {
  const keys = [partitionKey, sortKey, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])]
  const types = new Map(keys.flatMap((key) => (key ? [[key.name, key.type]] : [])))
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: toKeySchema(partitionKey, sortKey),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: toKeySchema(index.partitionKey, index.sortKey),
        Projection: toProjection(index.projectedAttributes),
      })),
    }),
  }
}

function toKeySchema(partitionKey: KeyAttribute, sortKey: KeyAttribute | undefined) {
  return [
    { AttributeName: partitionKey.name, KeyType: 'HASH' },
    ...(sortKey ? [{ AttributeName: sortKey.name, KeyType: 'RANGE' }] : []),
  ]
}

function toProjection(attributes: 'keys' | string[] | undefined) {
  if (attributes === undefined) return { ProjectionType: 'ALL' }
  if (attributes === 'keys') return { ProjectionType: 'KEYS_ONLY' }
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: attributes }
}
