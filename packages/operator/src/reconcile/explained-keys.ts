import { DescribeTableCommand, paginateScan } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { DeliveryRecord } from '@fanout/schemas'
import pMap from 'p-map'
import { readDeliveries } from '../stage/read-deliveries.ts'
import type { StageDeliveries } from '../stage/stage.ts'

/**
 * Of these keys, those that a subscriber skipped or rejected as they are now: that it keeps nothing of them is right.
 * @param lastModified of each key's object
 */
export async function findExplained(
  stage: StageDeliveries,
  subscriber: string,
  lastModified: ReadonlyMap<string, Date>,
): Promise<Set<string>> {
  if (stage.deliveriesTable === undefined || lastModified.size === 0) return new Set()
  const explained = new Set<string>()
  const add = (record: DeliveryRecord) => {
    const modified = lastModified.get(record.objectKey)
    if (!modified || record.subscriber !== subscriber) return
    if (record.outcome !== 'skipped' && record.outcome !== 'rejected') return
    // A job looks at the object as it is; what is younger than its look it has not seen
    const lookedAt = Date.parse(record.settledAt) - record.durationMs
    if (lookedAt >= modified.getTime()) explained.add(record.objectKey)
  }
  if (await isScanCheaper(stage, lastModified.size))
    for await (const record of scanDeliveries(stage, subscriber)) add(record)
  else
    await pMap(lastModified.keys(), async (key) => (await readDeliveries(stage, key)).forEach(add), { concurrency: 16 })
  return explained
}

const FEW = 200
// What a scan reads for half a read unit, a query reads of one key
const RECORDS_PER_QUERY = 20

async function isScanCheaper({ clients, deliveriesTable }: StageDeliveries, keys: number): Promise<boolean> {
  if (keys <= FEW) return false
  const { Table } = await clients.dynamoDb.send(new DescribeTableCommand({ TableName: deliveriesTable }))
  return (Table?.ItemCount ?? Infinity) < keys * RECORDS_PER_QUERY
}

async function* scanDeliveries({ clients, deliveriesTable }: StageDeliveries, subscriber: string) {
  const pages = paginateScan(
    { client: clients.dynamoDb },
    {
      TableName: deliveriesTable,
      FilterExpression: 'subscriber = :subscriber AND outcome IN (:skipped, :rejected)',
      ExpressionAttributeValues: {
        ':subscriber': { S: subscriber },
        ':skipped': { S: 'skipped' },
        ':rejected': { S: 'rejected' },
      },
    },
  )
  for await (const { Items = [] } of pages) for (const item of Items) yield DeliveryRecord.parse(unmarshall(item))
}
