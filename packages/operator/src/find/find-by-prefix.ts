import { BatchGetItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { FoundRow, IndexRow } from '@fanout/schemas'
import { setTimeout as sleep } from 'node:timers/promises'
import { chunk } from '../flow/chunk.ts'
import { listObjects } from '../stage/list-objects.ts'
import { decodeNext, encodeNext } from './next-token.ts'
import type { FindOptions, FindQuery, FindStage, FoundPage } from './find-objects.ts'

// Limits of BatchGetItem and ListObjectsV2
const MOST_KEYS = 100
const MOST_LISTED = 1000

/** The bucket lists its keys in order, and the rows are read by their keys: no index has to be paid for. */
export async function findByPrefix(
  { clients, uploadsBucket }: FindStage,
  table: string,
  { prefix }: FindQuery,
  { limit, after }: FindOptions,
): Promise<FoundPage> {
  const rows: FoundRow[] = []
  const start = after === undefined ? undefined : decodeNext(after)
  for await (const page of listObjects(clients.s3, uploadsBucket, {
    prefix,
    after: start,
    pageSize: Math.min(limit, MOST_LISTED),
  })) {
    for (const some of chunk(page, MOST_KEYS)) {
      const found = await readRows(
        clients.dynamoDb,
        table,
        some.map(({ key }) => key),
      )
      for (const { key } of some) {
        const row = found.get(key)
        if (row) rows.push(row)
        if (rows.length === limit) return { rows, next: encodeNext(key) }
      }
    }
  }
  return { rows, next: undefined }
}

async function readRows(
  dynamoDb: FindStage['clients']['dynamoDb'],
  table: string,
  keys: string[],
): Promise<Map<string, FoundRow>> {
  const rows = new Map<string, FoundRow>()
  let left: Record<string, AttributeValue>[] = keys.map((key) => ({ objectKey: { S: key } }))
  for (let pause = 50; left.length > 0; pause *= 2) {
    const { Responses = {}, UnprocessedKeys = {} } = await dynamoDb.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys: left } } }),
    )
    for (const item of Responses[table] ?? []) {
      const row = IndexRow.parse(unmarshall(item))
      if (!row.deleted) rows.set(row.objectKey, FoundRow.parse(row))
    }
    left = UnprocessedKeys[table]?.Keys ?? []
    if (left.length > 0) await sleep(pause)
  }
  return rows
}
