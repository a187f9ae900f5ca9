import { hash } from 'node:crypto'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { expect, onTestFinished, test } from 'vitest'
import { startLocalCloud } from '../../src/index.ts'
import { type Stack, writeAssembly } from '../write-assembly.ts'

/** What runs here needs all of these, each as a statement of its own. */
const statements = {
  'topic: sns:Publish': { Principal: { Service: 's3.amazonaws.com' }, Resource: { Ref: 'Topic' } },
  'queue: sqs:SendMessage': { Principal: { Service: 'sns.amazonaws.com' }, Resource: arnOf('Queue') },
  'role: sqs:GetQueueAttributes': { Resource: arnOf('Queue') },
  'role: sqs:ReceiveMessage': { Resource: arnOf('Queue') },
  'role: sqs:DeleteMessage': { Resource: arnOf('Queue') },
  'role: sqs:ChangeMessageVisibility': { Resource: arnOf('Queue') },
  'role: sqs:SendMessage': { Resource: arnOf('Dead') },
  'role: dynamodb:PutItem': { Resource: arnOf('Table') },
  'role: logs:CreateLogStream': { Resource: arnOf('Logs') },
  'role: logs:PutLogEvents': { Resource: arnOf('Logs') },
}
type Name = keyof typeof statements
const names = Object.keys(statements) as Name[]

/** Of each message it makes an item and a dead letter. Whatever fails, it goes on. */
const code = `
  import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '${import.meta.resolve('@aws-sdk/client-sqs')}'
  import { DynamoDBClient, PutItemCommand } from '${import.meta.resolve('@aws-sdk/client-dynamodb')}'
  const [sqs, dynamodb] = [new SQSClient({}), new DynamoDBClient({})]
  const { QUEUE: QueueUrl, DEAD, TABLE: TableName } = process.env
  export const handler = async ({ Records }) => {
    for (const { body, messageId, receiptHandle: ReceiptHandle } of Records) {
      const calls = [
        sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 60 })),
        sqs.send(new SendMessageCommand({ QueueUrl: DEAD, MessageBody: body })),
        dynamodb.send(new PutItemCommand({ TableName, Item: { id: { S: messageId } } })),
      ]
      for (const result of await Promise.allSettled(calls)) if (result.reason) console.log(result.reason.name)
    }
    console.log('worked')
  }`

function arnOf(id: string) {
  return { 'Fn::GetAtt': [id, 'Arn'] }
}

function stackWithout(missing?: Name): Stack {
  const documentOf = (owner: string) => {
    const own = names.filter((name) => name !== missing && name.startsWith(`${owner}: `))
    return { Statement: own.map((name) => ({ Effect: 'Allow', Action: name.split(': ')[1], ...statements[name] })) }
  }
  const S3Key = hash('sha256', code)
  return {
    assets: { [S3Key]: { 'handler.mjs': code } },
    Resources: {
      Topic: { Type: 'AWS::SNS::Topic' },
      TopicPolicy: {
        Type: 'AWS::SNS::TopicPolicy',
        Properties: { Topics: [{ Ref: 'Topic' }], PolicyDocument: documentOf('topic') },
      },
      Uploads: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: 'uploads',
          NotificationConfiguration: {
            TopicConfigurations: [{ Event: 's3:ObjectCreated:*', Topic: { Ref: 'Topic' } }],
          },
        },
      },
      Dead: { Type: 'AWS::SQS::Queue' },
      Queue: { Type: 'AWS::SQS::Queue' },
      QueuePolicy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: { Queues: [{ Ref: 'Queue' }], PolicyDocument: documentOf('queue') },
      },
      Subscription: {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'sqs', Endpoint: arnOf('Queue'), RawMessageDelivery: true },
      },
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        },
      },
      Logs: { Type: 'AWS::Logs::LogGroup' },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { RoleName: 'worker', Policies: [{ PolicyName: 'Function', PolicyDocument: documentOf('role') }] },
      },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Code: { S3Key },
          Handler: 'handler.handler',
          Runtime: 'nodejs24.x',
          Timeout: 10,
          MemorySize: 256,
          Environment: { Variables: { QUEUE: { Ref: 'Queue' }, DEAD: { Ref: 'Dead' }, TABLE: { Ref: 'Table' } } },
          LoggingConfig: { LogGroup: { Ref: 'Logs' } },
          Role: arnOf('Role'),
        },
      },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { FunctionName: { Ref: 'Function' }, EventSourceArn: arnOf('Queue') },
      },
    },
  }
}

async function upload(missing?: Name) {
  const [warnings, logs]: string[][] = [[], []]
  const cloud = await startLocalCloud({
    assemblies: [await writeAssembly('Stack', stackWithout(missing))],
    port: 0,
    warn: (line) => warnings!.push(line),
    functionLog: (_, line) => logs!.push(line),
  })
  onTestFinished(cloud.close)
  const client = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.credentials }
  const put = new PutObjectCommand({ Bucket: 'uploads', Key: 'a', Body: 'x' })
  const { $metadata: uploaded } = await new S3Client(client).send(put)
  return { cloud, client, uploaded, warnings: warnings!, logs: logs! }
}

const soon = { timeout: 15_000, interval: 20 }

test('with all of its statements a stack is denied nothing, and uses each of them', async () => {
  const { cloud, client, logs } = await upload()

  await expect.poll(() => logs.filter((line) => line.includes('worked')).length, soon).toBe(1)

  const { roles, resources, denied } = cloud.permissions()
  expect({ denied, unused: [...roles, ...resources].flatMap(({ unused }) => unused) }).toEqual({
    denied: [],
    unused: [],
  })
  const told = await new SSMClient(client).send(new GetParameterCommand({ Name: '/local-cloud/permissions' }))
  expect(JSON.parse(told.Parameter?.Value ?? '')).toEqual(cloud.permissions())
})

test.each(names)(
  'without %s it is denied that and nothing else, uploads are stored, and somebody is told',
  async (name) => {
    const { cloud, uploaded, warnings } = await upload(name)
    const [owner, action] = name.split(': ')

    await expect.poll(() => cloud.permissions().denied, soon).toHaveLength(1)

    const services: Record<string, string> = { topic: 's3.amazonaws.com', queue: 'sns.amazonaws.com' }
    const principal = services[owner ?? ''] ?? 'arn:aws:iam::000000000000:role/worker'
    expect(cloud.permissions().denied).toMatchObject([{ principal, action }])
    expect(warnings).toContainEqual(expect.stringContaining(`${principal} may not ${action} on arn:aws:`))
    expect(uploaded.httpStatusCode).toBe(200)
  },
)
