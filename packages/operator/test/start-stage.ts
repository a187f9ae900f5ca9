import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { startLocalCloud } from '@fanout/local-cloud'
import { INDEX_FACETS } from '@fanout/schemas'
import type { Stage } from '../src/stage.ts'
import { writeAssembly } from './write-assembly.ts'

/**
 * A stage in a local cloud of its own, without functions: what is sent to a queue stays there. Its subscribers are `first` and
 * `second`.
 */
export async function startStage(): Promise<{ stage: Stage; close: () => Promise<void> }> {
  const assembly = await writeAssembly('Stage', {
    Uploads: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'uploads' } },
    Thumbnails: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'thumbnails' } },
    ...tableOf('Deliveries', 'deliveries', 'objectKey', 'settled'),
    ...tableOf('Rows', 'rows', 'objectKey'),
    Index: { Type: 'AWS::DynamoDB::Table', Properties: INDEX_TABLE },
    ...Object.fromEntries(
      ['first', 'second', 'first-dead', 'second-dead'].map((name) => [
        name.replace('-', ''),
        { Type: 'AWS::SQS::Queue', Properties: { QueueName: name } },
      ]),
    ),
  })
  const cloud = await startLocalCloud({ assemblies: [assembly], port: 0 })
  const { endpoint, region, credentials, accountId } = cloud
  const settings = { endpoint, region, credentials }
  const clients = {
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    sqs: new SQSClient(settings),
    ssm: new SSMClient(settings),
    dynamoDb: new DynamoDBClient(settings),
  }
  const queue = (name: string) => `${endpoint}/${accountId}/${name}`
  const stage: Stage = {
    name: 'dev',
    isLocal: true,
    account: accountId,
    region,
    settingsFor: () => settings,
    clients,
    uploadsBucket: 'uploads',
    topicArn: `arn:aws:sns:${region}:${accountId}:topic`,
    deliveriesTable: 'deliveries',
    subscribers: ['first', 'second'].map((name) => ({
      name,
      functionName: name,
      queueUrl: queue(name),
      deadLetterQueueUrl: queue(`${name}-dead`),
      resources: {},
    })),
  }
  return {
    stage,
    close: async () => {
      for (const client of Object.values(clients)) client.destroy()
      await cloud.close()
    },
  }
}

/** CreateTable's input for the index, and the shape of the template's properties. */
export const INDEX_TABLE = {
  TableName: 'index',
  BillingMode: 'PAY_PER_REQUEST' as const,
  AttributeDefinitions: ['objectKey', ...Object.values(INDEX_FACETS).map(({ attribute }) => attribute)].map((name) => ({
    AttributeName: name,
    AttributeType: 'S' as const,
  })),
  KeySchema: [{ AttributeName: 'objectKey', KeyType: 'HASH' as const }],
  GlobalSecondaryIndexes: Object.values(INDEX_FACETS).map(({ index, attribute }) => ({
    IndexName: index,
    KeySchema: [
      { AttributeName: attribute, KeyType: 'HASH' as const },
      { AttributeName: 'objectKey', KeyType: 'RANGE' as const },
    ],
    Projection: { ProjectionType: 'ALL' as const },
  })),
}

function tableOf(id: string, name: string, ...keys: string[]) {
  const Properties = {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
    KeySchema: keys.map((key, index) => ({ AttributeName: key, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
  }
  return { [id]: { Type: 'AWS::DynamoDB::Table', Properties } }
}
