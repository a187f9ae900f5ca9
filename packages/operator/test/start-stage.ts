import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { startLocalCloud } from '@fanout/local-cloud'
import { INDEX_FACETS } from '@fanout/schemas'
import type { Stage } from '../src/stage/stage.ts'
import { startOtherSqs } from './queues.ts'
import { startDynalite } from './start-dynalite.ts'
import { writeAssembly } from './write-assembly.ts'

/** The same stage on our own services, and with SQS and DynamoDB of other people. */
export const STAGES = [
  ['the local cloud', startStage],
  ["another emulator's SQS and a bare dynalite", startStageOfOthers],
] as const

export interface StartedStage {
  stage: Stage
  close: () => Promise<void>
}

/**
 * A stage in a local cloud of its own, without functions: what is sent to a queue stays there. Its subscribers are `first` and
 * `second`.
 */
export async function startStage(): Promise<StartedStage> {
  const assembly = await writeAssembly('Stage', {
    Uploads: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'uploads' } },
    Thumbnails: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'thumbnails' } },
    ...Object.fromEntries(
      TABLES.map((table) => [table.TableName, { Type: 'AWS::DynamoDB::Table', Properties: table }]),
    ),
    ...Object.fromEntries(
      QUEUES.map((name) => [name.replace('-', ''), { Type: 'AWS::SQS::Queue', Properties: { QueueName: name } }]),
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
      resources: name === 'first' ? { AUDIT_TABLE: 'audit' } : { INDEX_TABLE: 'index' },
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

async function startStageOfOthers(): Promise<StartedStage> {
  const { stage, close: closeStage } = await startStage()
  const { dynamoDb, close: closeDynalite } = await startDynalite()
  for (const table of TABLES) await dynamoDb.send(new CreateTableCommand(table))
  const { sqs, queueUrl, close: closeSqs } = await startOtherSqs(QUEUES.map((QueueName) => ({ QueueName })))
  const subscribers = stage.subscribers.map((subscriber) => ({
    ...subscriber,
    queueUrl: queueUrl(subscriber.name),
    deadLetterQueueUrl: queueUrl(`${subscriber.name}-dead`),
  }))
  const close = async () => {
    await Promise.all([closeStage(), closeDynalite(), closeSqs()])
  }
  return { stage: { ...stage, subscribers, clients: { ...stage.clients, sqs, dynamoDb } }, close }
}

const QUEUES = ['first', 'second', 'first-dead', 'second-dead']

/** CreateTable's input, and the shape of the template's properties. */
const TABLES = [
  tableOf('deliveries', 'objectKey', 'settled'),
  tableOf('audit', 'objectKey', 'entryId'),
  tableOf('rows', 'objectKey'),
  {
    ...tableOf('index', 'objectKey'),
    AttributeDefinitions: ['objectKey', ...Object.values(INDEX_FACETS).map(({ attribute }) => attribute)].map(stringOf),
    GlobalSecondaryIndexes: Object.values(INDEX_FACETS).map(({ index, attribute }) => ({
      IndexName: index,
      KeySchema: keySchema(attribute, 'objectKey'),
      Projection: { ProjectionType: 'ALL' as const },
    })),
  },
]

function tableOf(name: string, ...keys: string[]) {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: keys.map(stringOf),
    KeySchema: keySchema(...keys),
  }
}

function stringOf(name: string) {
  return { AttributeName: name, AttributeType: 'S' as const }
}

function keySchema(...keys: string[]) {
  return keys.map((name, index) => ({
    AttributeName: name,
    KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const),
  }))
}
