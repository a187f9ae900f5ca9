import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'

/** A bare DynamoDB of other people. */
export async function startDynalite(): Promise<{ dynamoDb: DynamoDBClient; close: () => Promise<void> }> {
  const server = dynalite({ createTableMs: 0 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const dynamoDb = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  return {
    dynamoDb,
    close: async () => {
      dynamoDb.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
