import { DynamoDBClient, PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb'
import type { DeliveryRecord } from '@fanout/schemas'

/** Stores one delivery record. */
export type WriteDelivery = (record: DeliveryRecord, signal: AbortSignal) => Promise<void>

/** Writes delivery records into the hub's table. */
export function createDeliveriesTable(
  table: string,
  client: Pick<DynamoDBClient, 'send'> = new DynamoDBClient({}),
): WriteDelivery {
  return async (record, signal) => {
    await client.send(new PutItemCommand({ TableName: table, Item: toItem(record) }), { abortSignal: signal })
  }
}

// A delivery record is flat: lib-dynamodb's marshaller would do no more
function toItem(record: DeliveryRecord): Record<string, AttributeValue> {
  const item: Record<string, AttributeValue> = {}
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === 'string') item[name] = { S: value }
    else if (typeof value === 'number') item[name] = { N: String(value) }
    else if (typeof value === 'boolean') item[name] = { BOOL: value }
  }
  return item
}
