import type { Site } from '../api.ts'
import { isRefusal, type Item, type TableStore } from './store.ts'

/** Deletes expired items once a minute of the site's time; DynamoDB takes up to days. Returns how to stop. */
export function startSweeping(store: TableStore, ttlAttributes: Map<string, string>, site: Site): () => void {
  const sweepAll = async () => {
    for (const [table, attribute] of ttlAttributes) {
      await sweep(store, table, attribute).catch((error) => site.warn(`time to live of ${table}: ${String(error)}`))
    }
  }
  // Not more than once a second however fast time passes: a sweep reads whole tables
  const timer = setInterval(() => void sweepAll(), Math.max(60_000 / site.timeScale, 1000)).unref()
  return () => clearInterval(timer)
}

async function sweep(store: TableStore, TableName: string, attribute: string): Promise<void> {
  const { Table } = await store.execute('DescribeTable', { TableName })
  const keyNames = Table?.KeySchema?.map(({ AttributeName: name = '' }) => name) ?? []
  // Epoch seconds; timestamps are real ones however time is scaled
  const now = { N: String(Math.floor(Date.now() / 1000)) }
  const names = { ExpressionAttributeNames: { '#ttl': attribute }, ExpressionAttributeValues: { ':now': now } }
  let page: { Items?: Item[]; LastEvaluatedKey?: Item } = {}
  do {
    const start = page.LastEvaluatedKey && { ExclusiveStartKey: page.LastEvaluatedKey }
    page = await store.execute('Scan', { TableName, FilterExpression: '#ttl < :now', ...names, ...start })
    for (const item of page.Items ?? []) {
      const Key = Object.fromEntries(keyNames.map((name) => [name, item[name]]))
      // Conditional: it may have been given more time since the scan
      await store
        .execute('DeleteItem', { TableName, Key, ConditionExpression: '#ttl < :now', ...names })
        .catch((error) => {
          if (!isRefusal(error, 'ConditionalCheckFailedException')) throw error
        })
    }
  } while (page.LastEvaluatedKey)
}
