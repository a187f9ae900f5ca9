import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { LambdaClient, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { DeleteMessageBatchCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { GetParametersByPathCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Operations } from '../../src/api.ts'
import { type AccessKeys, issueKey } from '../../src/data-folder.ts'
import { createPermissions } from '../../src/permissions/permissions.ts'
import { createSts } from '../../src/sts.ts'
import { createSite, serve } from '../site.ts'

const site = createSite()
const roleArn = 'arn:aws:iam::000000000000:role/worker'
const arnOf = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:000000000000:${resource}`
const permissions = createPermissions(site)
let server: Awaited<ReturnType<typeof serve>>
let client: Awaited<ReturnType<typeof serve>>['client'] & { credentials: { sessionToken?: string } }

beforeAll(async () => {
  const keys: AccessKeys = new Map()
  const answering = (...names: string[]): Operations => Object.fromEntries(names.map((name) => [name, () => ({})]))
  const services = {
    sqs: answering('ListQueues', 'DeleteMessageBatch'),
    sns: answering('Publish'),
    ssm: answering('GetParameters', 'GetParametersByPath'),
    dynamodb: answering('GetItem', 'Query'),
    lambda: answering('UpdateEventSourceMapping'),
    sts: createSts(site).operations,
  }
  server = await serve(site, services, keys, permissions.authorize)
  const arn = 'arn:aws:sts::000000000000:assumed-role/worker/f'
  const { accessKeyId, secretAccessKey, sessionToken = '' } = issueKey(keys, { type: 'role', arn, roleArn })
  client = { ...server.client, credentials: { accessKeyId, secretAccessKey, sessionToken } }
})

afterAll(() => server.close())

const QueueUrl = 'http://127.0.0.1:1/000000000000/jobs'
const query = { TableName: 'songs', IndexName: 'by-year', KeyConditionExpression: 'a = b' }

const calls: [string, string, () => Promise<unknown>][] = [
  ['sqs:ListQueues', '*', () => new SQSClient(client).send(new ListQueuesCommand({}))],
  [
    'sqs:DeleteMessage',
    arnOf('sqs', 'jobs'),
    () => new SQSClient(client).send(new DeleteMessageBatchCommand({ QueueUrl, Entries: [] })),
  ],
  [
    'sns:Publish',
    arnOf('sns', 'events'),
    () => new SNSClient(client).send(new PublishCommand({ TopicArn: arnOf('sns', 'events'), Message: 'x' })),
  ],
  [
    'ssm:GetParameters',
    arnOf('ssm', 'parameter/a/b'),
    () => new SSMClient(client).send(new GetParametersCommand({ Names: ['/a/b'] })),
  ],
  [
    'ssm:GetParametersByPath',
    arnOf('ssm', 'parameter/a/'),
    () => new SSMClient(client).send(new GetParametersByPathCommand({ Path: '/a/' })),
  ],
  [
    'dynamodb:GetItem',
    arnOf('dynamodb', 'table/songs'),
    () => new DynamoDBClient(client).send(new GetItemCommand({ TableName: 'songs', Key: {} })),
  ],
  [
    'dynamodb:Query',
    arnOf('dynamodb', 'table/songs/index/by-year'),
    () => new DynamoDBClient(client).send(new QueryCommand(query)),
  ],
  [
    'lambda:UpdateEventSourceMapping',
    arnOf('lambda', 'event-source-mapping:m'),
    () => new LambdaClient(client).send(new UpdateEventSourceMappingCommand({ UUID: 'm', Enabled: false })),
  ],
]

const errors: Record<string, { name: string; status: number }> = {
  sqs: { name: 'AccessDenied', status: 403 },
  sns: { name: 'AuthorizationErrorException', status: 403 },
  ssm: { name: 'AccessDeniedException', status: 400 },
  dynamodb: { name: 'AccessDeniedException', status: 400 },
  lambda: { name: 'AccessDeniedException', status: 403 },
}

test.each(calls)(
  '%s on %s is refused by the service`s own error, with who, what and on what',
  async (action, on, call) => {
    permissions.replace('Stack', [])
    const { name, status } = errors[action.split(':')[0] ?? ''] ?? {}

    await expect(call()).rejects.toMatchObject({
      name,
      message: expect.stringContaining(`User: ${roleArn} is not authorized to perform: ${action} on resource: ${on}`),
      $metadata: { httpStatusCode: status },
    })
  },
)

test.each(calls)('%s on %s is allowed by exactly that statement', async (Action, Resource, call) => {
  const Statement = { Effect: 'Allow', Action, Resource }
  permissions.replace('Stack', [{ id: 'Role', arn: roleArn, document: { Statement } }])

  await expect(call()).resolves.toBeDefined()
})

test('everyone may ask who they are', async () => {
  permissions.replace('Stack', [])

  const { Account } = await new STSClient(client).send(new GetCallerIdentityCommand({}))

  expect(Account).toBe('000000000000')
})
