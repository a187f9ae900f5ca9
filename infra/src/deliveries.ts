import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import type { UnheardDeps } from './count-unheard.ts'

/** The hub's delivery records: their sort key begins with the time of settlement. */
export function createDeliveries(client: DynamoDBClient, table: string): UnheardDeps['deliveries'] {
  return {
    async hasSince(key, since) {
      const { Count = 0 } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'objectKey = :key AND settled >= :since',
          ExpressionAttributeValues: { ':key': { S: key }, ':since': { S: new Date(since).toISOString() } },
          Select: 'COUNT',
          Limit: 1,
        }),
      )
      return Count > 0
    },
  }
}
