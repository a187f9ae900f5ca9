import { DynamoDBClient, PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb'
import type { DeliveryRecord } from '@fanout/schemas'

export type RecordDelivery = (record: DeliveryRecord) => Promise<void>

/** Writes delivery records into the hub's table. */
export function createDeliveryRecords(table: string): RecordDelivery {
  const client = new DynamoDBClient({})
  return async (record) => {
    await client.send(new PutItemCommand({ TableName: table, Item: toItem(record) }))
  }
}

function toItem(record: DeliveryRecord): Record<string, AttributeValue> {
  const item: Record<string, AttributeValue> = {}
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === 'string') item[name] = { S: value }
    else if (typeof value === 'number') item[name] = { N: String(value) }
    else if (typeof value === 'boolean') item[name] = { BOOL: value }
  }
  return item
}
