import type { Site } from '../api.ts'
import type { DynaliteStore, Item } from './store.ts'
import { isDynaliteError } from './store.ts'

/** Deletes expired items once a minute of the site's time, as DynamoDB does within days. Returns how to stop it. */
export function startSweeping(store: DynaliteStore, ttlAttributes: Map<string, string>, site: Site): () => void {
  let isSweeping = false
  const sweepAll = async () => {
    if (isSweeping) return
    isSweeping = true
    for (const [table, attribute] of ttlAttributes) {
      await sweep(store, table, attribute).catch((error: unknown) =>
        site.warn(`time to live of ${table}: ${String(isDynaliteError(error) ? error.body.message : error)}`),
      )
    }
    isSweeping = false
  }
  // Never more than once a second, however fast time passes: a sweep reads whole tables
  const timer = setInterval(() => void sweepAll(), Math.max(60_000 / site.timeScale, 1000)).unref()
  return () => clearInterval(timer)
}

/** Expiry is an epoch time in seconds, and timestamps are real ones however time is scaled. */
export async function sweep(store: DynaliteStore, table: string, attribute: string): Promise<void> {
  const now = { ':now': { N: String(Math.floor(Date.now() / 1000)) } }
  const names = { '#ttl': attribute }
  const { Table } = await store.execute('DescribeTable', { TableName: table })
  const { KeySchema } = Table as { KeySchema: { AttributeName: string }[] }
  let start: Item | undefined
  do {
    const page = await store.execute('Scan', {
      TableName: table,
      FilterExpression: '#ttl < :now',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: now,
      ...(start && { ExclusiveStartKey: start }),
    })
    for (const item of page.Items ?? []) {
      await store
        .execute('DeleteItem', {
          TableName: table,
          Key: Object.fromEntries(KeySchema.map(({ AttributeName: name }) => [name, item[name]])),
          // It may have been given more time since the scan
          ConditionExpression: '#ttl < :now',
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: now,
        })
        .catch(ignoreRefusal)
    }
    start = page.LastEvaluatedKey
  } while (start)
}

function ignoreRefusal(error: unknown): void {
  if (!isDynaliteError(error) || !error.body.__type.endsWith('#ConditionalCheckFailedException')) throw error
}
