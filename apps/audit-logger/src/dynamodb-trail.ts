import { ConditionalCheckFailedException, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { AuditTrail } from './audit-trail.ts'

/** The trail in a table with the partition key `objectKey` and the sort key `entryId`. */
export function createDynamoDbTrail(client: DynamoDBClient, table: string): AuditTrail {
  return {
    async create(entry) {
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: marshall(entry),
            // No IAM condition sees this expression: that the function only ever creates rests on these lines
            ConditionExpression: 'attribute_not_exists(entryId)',
          }),
        )
        return true
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false
        throw error
      }
    },
  }
}
