import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type * as Api from '@aws-sdk/client-dynamodb'
import { ApiError, notModelled, type Operations, type Site } from './api.ts'

export type DynamoDb = ReturnType<typeof createDynamoDb>

/** CreateTable's input, which is also the shape of the template's properties. */
export type TableSpec = Pick<
  Api.CreateTableInput,
  'TableName' | 'KeySchema' | 'AttributeDefinitions' | 'GlobalSecondaryIndexes'
>
type Item = Record<string, Api.AttributeValue>
type Output = { Table?: Api.TableDescription; Items?: Item[]; LastEvaluatedKey?: Item }

// Not CreateTable and its like: tables are made from templates only
const operationNames =
  'DeleteItem GetItem PutItem Query Scan UpdateItem BatchGetItem BatchWriteItem DescribeTable ListTables'.split(' ')

// dynalite has no types and exports only a server: its parts are loaded by path, and its version is pinned in the catalog
const require = createRequire(import.meta.url)
type Action = (store: unknown, input: object, done: (error: Error | null, output: Output) => void) => void

/** DynamoDB on dynalite, without its HTTP server: nothing but this process can reach the tables. Time to live is ours. */
export function createDynamoDb({ dataDir, accountId, region, timeScale, warn }: Site) {
  const { checkTypes, checkValidations } = require('dynalite/validations')
  const store = require('dynalite/db').create({ path: join(dataDir, 'dynamodb'), createTableMs: 0 })
  Object.assign(store.tableDb, { awsAccountId: accountId, awsRegion: region })
  // Its reads are short and many, two for a PutItem: to wake another thread for each takes longer than to read
  const opened: Promise<void> = store.db.open()
  store.db.get = (key: string, done: (error: Error | null, value?: unknown) => void) => {
    opened.then(() => store.db.getSync(key)).then((value) => setImmediate(done, null, value), done)
  }
  const ttlAttributes = new Map<string, string>()

  async function execute(operation: string, input: object): Promise<Output> {
    // dynalite would ignore it
    if ('ReturnValuesOnConditionCheckFailure' in input) {
      throw notModelled('dynamodb', `${operation} with ReturnValuesOnConditionCheckFailure`)
    }
    const name = `${operation[0]?.toLowerCase()}${operation.slice(1)}`
    const { types, custom } = require(`dynalite/validations/${name}`)
    const action: Action = require(`dynalite/actions/${name}`)
    try {
      // A copy: it deletes from what it is given whatever dynalite does not know
      const checked = checkTypes({ ...input }, types)
      checkValidations(checked, types, custom, store)
      return await new Promise((resolve, reject) =>
        action(store, checked, (error, output) => (error ? reject(error) : resolve(output))),
      )
    } catch (error) {
      const { statusCode, body } = error as { statusCode?: number; body: { __type: string; message: string } }
      if (statusCode === undefined) throw error
      throw new ApiError(statusCode, body.__type.split('#').at(-1) ?? '', body.message)
    }
  }

  /** Makes the table and waits until it can be used; one with the same keys is kept, one with others is an error. */
  async function createTable(table: TableSpec, ttlAttribute?: string): Promise<void> {
    const { TableName = '', KeySchema, AttributeDefinitions, GlobalSecondaryIndexes: indexes } = table
    const find = async () =>
      (await execute('DescribeTable', { TableName }).catch(ignoring('ResourceNotFoundException')))?.Table
    const existing = await find()
    if (existing && JSON.stringify(existing.KeySchema) !== JSON.stringify(KeySchema)) {
      throw new Error(`table ${TableName} exists with other keys: remove the data folder or rename the table`)
    }
    const keys = { TableName, KeySchema, AttributeDefinitions, ...(indexes && { GlobalSecondaryIndexes: indexes }) }
    if (!existing) await execute('CreateTable', { ...keys, BillingMode: 'PAY_PER_REQUEST' })
    while ((await find())?.TableStatus !== 'ACTIVE') await delay(2)
    if (ttlAttribute) ttlAttributes.set(TableName, ttlAttribute)
    else ttlAttributes.delete(TableName)
  }

  /** Deletes expired items; DynamoDB takes up to days. */
  async function sweep(TableName: string, attribute: string): Promise<void> {
    const { Table } = await execute('DescribeTable', { TableName })
    const keys = Table?.KeySchema?.map(({ AttributeName: name = '' }) => name) ?? []
    // Epoch seconds; timestamps are real ones however time is scaled
    const now = { N: String(Math.floor(Date.now() / 1000)) }
    const names = { ExpressionAttributeNames: { '#ttl': attribute }, ExpressionAttributeValues: { ':now': now } }
    let page: Output = {}
    do {
      const start = page.LastEvaluatedKey && { ExclusiveStartKey: page.LastEvaluatedKey }
      page = await execute('Scan', { TableName, FilterExpression: '#ttl < :now', ...names, ...start })
      for (const item of page.Items ?? []) {
        const Key = Object.fromEntries(keys.map((name) => [name, item[name]]))
        // Conditional: it may have been given more time since the scan
        const removal = { TableName, Key, ConditionExpression: '#ttl < :now', ...names }
        await execute('DeleteItem', removal).catch(ignoring('ConditionalCheckFailedException'))
      }
    } while (page.LastEvaluatedKey)
  }

  const sweepAll = () => {
    for (const [table, attribute] of ttlAttributes) {
      sweep(table, attribute).catch((error) => warn(`time to live of ${table}: ${String(error)}`))
    }
  }
  // Once a minute of the site's time, but not more than once a second: a sweep reads whole tables
  const timer = setInterval(sweepAll, Math.max(60_000 / timeScale, 1000)).unref()
  const close = () => {
    clearInterval(timer)
    return new Promise<void>((resolve) => store.db.close(() => resolve()))
  }
  const toEntry = (name: string) => [name, (input: object) => execute(name, input)] as const
  const operations: Operations = Object.fromEntries(operationNames.map(toEntry))
  return { operations, createTable, close }
}

function ignoring(code: string) {
  return (error: unknown) => {
    if (error instanceof ApiError && error.code === code) return undefined
    throw error
  }
}
