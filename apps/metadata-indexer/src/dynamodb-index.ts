import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoDBClient, PutItemCommandInput } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { IndexRow } from '@fanout/schemas'
import type { IndexStore } from './index-store.ts'

/** The index in a DynamoDB table. A row of an ordinary upload is below 1 kB: one write unit. */
export function createDynamoDbIndex(client: Pick<DynamoDBClient, 'send'>, table: string): IndexStore {
  async function put(row: IndexRow, condition: Omit<PutItemCommandInput, 'TableName' | 'Item'>): Promise<boolean> {
    try {
      const Item = marshall(row, { removeUndefinedValues: true })
      await client.send(new PutItemCommand({ TableName: table, Item, ...condition }))
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  return {
    async getRow(objectKey) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: marshall({ objectKey }), ConsistentRead: true }),
      )
      return Item && IndexRow.parse(unmarshall(Item))
    },

    putUnlessNewer: (row) =>
      put(row, {
        // true where there is no row, too
        ConditionExpression: 'attribute_not_exists(#order) OR #order <= :order',
        ExpressionAttributeNames: { '#order': 'order' },
        ExpressionAttributeValues: marshall({ ':order': row.order }),
      }),

    replaceRow: (row, revision) =>
      put(
        row,
        revision === undefined
          ? { ConditionExpression: 'attribute_not_exists(objectKey)' }
          : {
              ConditionExpression: 'revision = :revision',
              ExpressionAttributeValues: marshall({ ':revision': revision }),
            },
      ),
  }
}
