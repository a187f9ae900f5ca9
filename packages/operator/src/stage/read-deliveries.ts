import { paginateQuery } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { DeliveryRecord } from '@fanout/schemas'
import type { StageDeliveries } from './stage.ts'

/**
 * What the subscribers made of an object, in order of time; with `settledSince` (ISO 8601) only of what was settled then
 * or later.
 * @throws {Error} in stages that keep no delivery records
 */
export async function readDeliveries(
  { name, clients, deliveriesTable }: StageDeliveries,
  key: string,
  settledSince = '',
): Promise<DeliveryRecord[]> {
  if (deliveriesTable === undefined) throw new Error(`stage ${name} keeps no delivery records`)
  const records: DeliveryRecord[] = []
  const pages = paginateQuery(
    { client: clients.dynamoDb },
    {
      TableName: deliveriesTable,
      KeyConditionExpression: 'objectKey = :key AND settled >= :since',
      // A sort key must not be empty
      ExpressionAttributeValues: { ':key': { S: key }, ':since': { S: settledSince || '0' } },
      ConsistentRead: true,
    },
  )
  for await (const { Items = [] } of pages) {
    for (const item of Items) records.push(DeliveryRecord.parse(unmarshall(item)))
  }
  return records
}
