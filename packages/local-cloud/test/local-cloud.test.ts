import { hash } from 'node:crypto'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../src/index.ts'
import { type Stack, temporaryFolder, writeAssembly } from './write-assembly.ts'

const uploads = 'fanout-uploads-000000000000-eu-west-1-an'
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })
const parameter = (Name: string, Value: object) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Name, Type: 'String', Value },
})

const allow = (Action: string | string[], Resource: object, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})

const hub: Stack = {
  Resources: {
    Uploads: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketNamePrefix: 'fanout-uploads',
        BucketNamespace: 'account-regional',
        VersioningConfiguration: { Status: 'Enabled' },
        NotificationConfiguration: { TopicConfigurations: [{ Event: 's3:ObjectCreated:*', Topic: { Ref: 'Topic' } }] },
      },
    },
    Topic: { Type: 'AWS::SNS::Topic' },
    TopicPolicy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [{ Ref: 'Topic' }],
        PolicyDocument: {
          Statement: [
            allow('sns:Publish', { Ref: 'Topic' }, { Principal: { Service: 's3.amazonaws.com' } }),
            {
              Effect: 'Deny',
              Principal: { AWS: '*' },
              Action: 'sns:Publish',
              Resource: { Ref: 'Topic' },
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      },
    },
    TopicArn: parameter('/hub/topic', { Ref: 'Topic' }),
  },
}

/** Copies what is uploaded into its own bucket, as `greeting` followed by the content. */
const copying = (greeting: string) => `
  import { GetObjectCommand, PutObjectCommand, S3Client } from '${import.meta.resolve('@aws-sdk/client-s3')}'
  const s3 = new S3Client({})
  export const handler = async ({ Records }) => {
    for (const { body } of Records) {
      for (const { s3: { bucket, object } } of JSON.parse(body).Records ?? []) {
        const Key = decodeURIComponent(object.key.replaceAll('+', ' '))
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket.name, Key }))
        const text = '${greeting} ' + await Body.transformToString()
        await s3.send(new PutObjectCommand({ Bucket: process.env.RESULTS, Key, Body: text }))
      }
    }
    return { batchItemFailures: [] }
  }`

function subscriber(code: string): Stack {
  const S3Key = `${hash('sha256', code)}.zip`
  return {
    assets: { [S3Key]: { 'handler.mjs': code } },
    Parameters: { Topic: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/hub/topic' } },
    Resources: {
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          VisibilityTimeout: 60,
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
        },
      },
      Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
      Results: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'results' } },
      Subscription: {
        Type: 'AWS::SNS::Subscription',
        Properties: {
          TopicArn: { Ref: 'Topic' },
          Protocol: 'sqs',
          Endpoint: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          RawMessageDelivery: true,
        },
      },
      QueuePolicy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [{ Ref: 'Queue' }],
          PolicyDocument: {
            Statement: [allow('sqs:SendMessage', arnOf('Queue'), { Principal: { Service: 'sns.amazonaws.com' } })],
          },
        },
      },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'copier',
          Policies: [
            {
              PolicyName: 'Function',
              PolicyDocument: {
                Statement: [
                  allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], arnOf('Queue')),
                  allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf('Logs')),
                  allow('s3:GetObject', { 'Fn::Sub': `arn:aws:s3:::${uploads}/*` }),
                  allow('s3:PutObject', { 'Fn::Sub': '${Results.Arn}/*' }),
                ],
              },
            },
          ],
        },
      },
      Logs: { Type: 'AWS::Logs::LogGroup' },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Code: { S3Key },
          Handler: 'handler.handler',
          Runtime: 'nodejs24.x',
          Timeout: 10,
          MemorySize: 256,
          Environment: { Variables: { RESULTS: { Ref: 'Results' } } },
          Role: arnOf('Role'),
          LoggingConfig: { LogGroup: { Ref: 'Logs' } },
        },
      },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: 'Function' },
          EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          FunctionResponseTypes: ['ReportBatchItemFailures'],
        },
      },
      FunctionName: parameter('/subscriber/function', { Ref: 'Function' }),
    },
  }
}

async function start(code: string, options: Partial<LocalCloudOptions> = {}) {
  const assemblies = [await writeAssembly('Hub', hub), await writeAssembly('Copier', subscriber(code))]
  const cloud = await startLocalCloud({ assemblies, port: 0, ...options })
  onTestFinished(() => cloud.close())
  const [, assembly = ''] = assemblies
  return { cloud, assembly, ...connect(cloud) }
}

function connect({ endpoint, region, credentials }: LocalCloud) {
  const config = { endpoint, region, credentials }
  const s3 = new S3Client(config)
  const upload = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: uploads, Key, Body }))
  const result = async (Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'results', Key }))
    return Body?.transformToString()
  }
  return { upload, result, ssm: new SSMClient(config), sqs: new SQSClient(config) }
}

const soon = { timeout: 10_000, interval: 20 }

test('runs an upload through bucket, topic, queue and function, and shows what the function wrote', async () => {
  const { upload, result } = await start(copying('hello'))

  await upload('a folder/name é.txt', 'world')

  await vi.waitFor(async () => expect(await result('a folder/name é.txt')).toBe('hello world'), soon)
})

test('uses new code for the next upload after the stack is provisioned again', async () => {
  const { cloud, assembly, upload, result } = await start(copying('old'))
  await upload('first', 'x')
  await vi.waitFor(async () => expect(await result('first')).toBe('old x'), soon)

  await writeAssembly('Copier', subscriber(copying('new')), assembly)
  await cloud.provision(assembly)
  await upload('second', 'x')

  await vi.waitFor(async () => expect(await result('second')).toBe('new x'), soon)
})

test('moves what a function keeps failing on to the dead letter queue', async () => {
  const warnings: string[] = []
  const options = { timeScale: 600, warn: (line: string) => warnings.push(line) }
  const { cloud, upload, sqs } = await start(`export const handler = async () => { throw new Error('never') }`, options)

  await upload('bad', 'x')

  const query = { QueueUrl: `${cloud.endpoint}/${cloud.accountId}/dead`, AttributeNames: ['All' as const] }
  await vi.waitFor(async () => {
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand(query))
    expect(Attributes?.ApproximateNumberOfMessages).toBe('1')
  }, soon)
  expect(warnings).toContainEqual(expect.stringMatching(/^Copier-Function-.*: never; 1 message will come again$/))
})

test('tells clients the names of what the templates have made', async () => {
  const { cloud, ssm } = await start(copying('hello'))

  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/subscriber/function' }))

  expect(Parameter?.Value).toMatch(/^Copier-Function-[0-9A-F]{12}$/)
  expect(cloud).toMatchObject({ region: 'eu-west-1', accountId: '000000000000', notices: ['AWS::Logs::LogGroup'] })
})

test('keeps objects and the administrator key in its data folder, for one process at a time', async () => {
  const dataDir = await temporaryFolder()
  const first = await start(copying('hello'), { dataDir })
  await first.upload('kept', 'x')
  await vi.waitFor(async () => expect(await first.result('kept')).toBe('hello x'), soon)

  await expect(start(copying('hello'), { dataDir })).rejects.toThrow(`is in use by process ${process.pid}`)
  await first.cloud.close()
  const second = await start(copying('hello'), { dataDir })

  expect(await second.result('kept')).toBe('hello x')
  expect(second.cloud.credentials).toEqual(first.cloud.credentials)
})

test('keeps nothing without a data folder', async () => {
  const first = await start(copying('hello'))
  await first.upload('gone', 'x')
  await vi.waitFor(async () => expect(await first.result('gone')).toBe('hello x'), soon)
  await first.cloud.close()

  const second = await start(copying('hello'))

  await expect(second.result('gone')).rejects.toBeInstanceOf(NoSuchKey)
})

test('says that the port is taken, and lets go of the data folder', async () => {
  const dataDir = await temporaryFolder()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const { port } = other.address() as AddressInfo

  await expect(start(copying('hello'), { dataDir, port })).rejects.toThrow(`port ${port} is in use`)

  const { cloud } = await start(copying('hello'), { dataDir })
  expect(cloud.endpoint).not.toContain(String(port))
})
