import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDynamoDb } from '../../src/dynamodb.ts'
import { createFunctions } from '../../src/lambda/functions.ts'
import { createMappings } from '../../src/lambda/mappings.ts'
import { createSchedules } from '../../src/lambda/schedules.ts'
import { createPermissions } from '../../src/permissions/permissions.ts'
import { createProvisioner } from '../../src/provision/provision.ts'
import type { BucketSettings } from '../../src/s3/s3.ts'
import { createSns } from '../../src/sns/sns.ts'
import { createSqs } from '../../src/sqs/sqs.ts'
import { createSsm } from '../../src/ssm.ts'
import { createSite } from '../site.ts'
import { type Resources, type Stack, writeAssembly } from '../write-assembly.ts'

/** Everything that resources are made in; buckets are only noted. */
async function startProvisioner() {
  const dataDir = await mkdtemp(join(tmpdir(), 'fanout-test-'))
  const site = createSite({ dataDir, endpoint: 'http://127.0.0.1:1' })
  const permissions = createPermissions(site)
  const buckets: Record<string, BucketSettings> = {}
  const s3 = { createBucket: async (name: string, bucket: BucketSettings) => void (buckets[name] = bucket) }
  const sqs = createSqs(site)
  const sns = createSns(site, (arn, message) => void sqs.queue(arn).send(message))
  const ssm = createSsm(site)
  const dynamodb = createDynamoDb(site)
  const functions = createFunctions(site, new Map(), () => {}, permissions)
  const mappings = createMappings(site, sqs, functions, permissions)
  const schedules = createSchedules(site, functions, permissions)
  onTestFinished(async () => {
    schedules.close()
    mappings.close()
    await functions.close()
    await dynamodb.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  const parts = { site, s3, sqs, sns, ssm, dynamodb, functions, mappings, schedules, permissions }
  const provisioner = createProvisioner(parts)
  const put = async (name: string, stack: Stack) => provisioner.provision(await writeAssembly(name, stack))
  return { ...parts, ...provisioner, buckets, put }
}

const text = (value: string) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Name: '/text', Type: 'String', Value: value },
})
const named = (QueueName: string, more: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: { QueueName, ...more },
})

/** A function that is fed from a queue. */
function worker(changes: { queue?: object; function?: object; mapping?: object; subscription?: object } = {}): Stack {
  return {
    assets: { 'code.zip': { 'handler.mjs': 'export const handler = async () => {}' } },
    Resources: {
      Queue: named('jobs', changes.queue),
      Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'worker' } },
      ...(changes.subscription && {
        Topic: { Type: 'AWS::SNS::Topic' },
        Subscription: {
          Type: 'AWS::SNS::Subscription',
          Properties: { TopicArn: { Ref: 'Topic' }, ...changes.subscription },
        },
      }),
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'worker',
          Code: { S3Bucket: 'assets', S3Key: 'code.zip' },
          Handler: 'handler.handler',
          Runtime: 'nodejs24.x',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          ...changes.function,
        },
      },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: 'Function' },
          EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          ...changes.mapping,
        },
      },
    },
  }
}

test('makes a bucket with its notifications, and hands on the filter rules', async () => {
  const { put, buckets } = await startProvisioner()

  await put('Hub', {
    Resources: {
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'events' } },
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: 'uploads',
          VersioningConfiguration: { Status: 'Enabled' },
          NotificationConfiguration: {
            TopicConfigurations: [
              { Event: 's3:ObjectCreated:*', Topic: { Ref: 'Topic' } },
              {
                Event: 's3:ObjectRemoved:*',
                Topic: { Ref: 'Topic' },
                Filter: {
                  S3Key: {
                    Rules: [
                      { Name: 'prefix', Value: 'a/' },
                      { Name: 'suffix', Value: '.jpg' },
                    ],
                  },
                },
              },
            ],
          },
        },
      },
    },
  })

  const TopicArn = 'arn:aws:sns:eu-west-1:000000000000:events'
  const FilterRules = [
    { Name: 'prefix', Value: 'a/' },
    { Name: 'suffix', Value: '.jpg' },
  ]
  expect(buckets).toEqual({
    uploads: {
      versioned: true,
      topics: [
        { Events: ['s3:ObjectCreated:*'], TopicArn },
        { Events: ['s3:ObjectRemoved:*'], TopicArn, Filter: { Key: { FilterRules } } },
      ],
    },
  })
})

test('makes a queue with its dead letter queue, and subscribes it to a topic of another stack', async () => {
  const { put, sns, sqs, ssm } = await startProvisioner()
  await put('Hub', {
    Resources: {
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'events' } },
      Parameter: {
        Type: 'AWS::SSM::Parameter',
        Properties: { Name: '/topic', Type: 'String', Value: { Ref: 'Topic' } },
      },
    },
  })

  await put('Subscriber', {
    Parameters: { Topic: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/topic' } },
    Resources: {
      Queue: named('jobs', {
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
      }),
      Dead: named('dead'),
      Subscription: {
        Type: 'AWS::SNS::Subscription',
        Properties: {
          TopicArn: { Ref: 'Topic' },
          Protocol: 'sqs',
          Endpoint: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          RawMessageDelivery: true,
          FilterPolicyScope: 'MessageBody',
          FilterPolicy: { kind: ['good'] },
        },
      },
    },
  })

  const TopicArn = ssm.parameter('/topic') ?? ''
  for (const kind of ['good', 'bad']) {
    sns.publish({ TopicArn, Message: JSON.stringify({ kind }) })
  }
  const received = await sqs.queue('jobs').receive({ max: 10 })
  expect(received.map(({ Body }) => Body)).toEqual(['{"kind":"good"}'])
  expect(sqs.queue('jobs').redrivePolicy()).toEqual({
    deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:dead',
    maxReceiveCount: 3,
  })
})

test('makes tables', async () => {
  const { put, dynamodb } = await startProvisioner()

  await put('Hub', {
    Resources: {
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'songs',
          KeySchema: [{ AttributeName: 'title', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'title', AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        },
      },
    },
  })

  const sameKeys = { KeySchema: [{ AttributeName: 'title', KeyType: 'HASH' as const }], AttributeDefinitions: [] }
  await expect(dynamodb.createTable({ TableName: 'songs', ...sameKeys })).resolves.toBeUndefined()
})

test('puts the policies of roles and resources in force, and only those that the stack still has', async () => {
  const { put, permissions } = await startProvisioner()
  const queueArn = 'arn:aws:sqs:eu-west-1:000000000000:jobs'
  const document = (Action: string, more = {}) => ({ Statement: [{ Effect: 'Allow', Action, Resource: '*', ...more }] })
  const resources = (more: Resources): Stack => ({
    Resources: {
      Queue: named('jobs'),
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'worker',
          Policies: [{ PolicyName: 'x', PolicyDocument: document('sqs:SendMessage') }],
        },
      },
      QueuePolicy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [{ Ref: 'Queue' }],
          PolicyDocument: document('sqs:PurgeQueue', { Principal: { AWS: { 'Fn::GetAtt': ['Role', 'Arn'] } } }),
        },
      },
      ...more,
    },
  })
  const roleArn = 'arn:aws:iam::000000000000:role/worker'
  const worker = { type: 'role', roleArn, arn: 'arn:aws:sts::000000000000:assumed-role/worker/f' } as const
  const actions = ['SendMessage', 'PurgeQueue', 'ReceiveMessage', 'DeleteMessage']
  const allowed = () => actions.filter((name) => permissions.allows(worker, `sqs:${name}`, queueArn))

  await put(
    'Stack',
    resources({
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyName: 'y', Roles: [{ Ref: 'Role' }], PolicyDocument: document('sqs:ReceiveMessage') },
      },
    }),
  )
  const before = allowed()
  await put('Stack', resources({}))

  expect(before).toEqual(['SendMessage', 'PurgeQueue', 'ReceiveMessage'])
  expect(allowed()).toEqual(['SendMessage', 'PurgeQueue'])
})

test('asks whoever uses an encrypted queue for the key of its template', async () => {
  const { put, permissions } = await startProvisioner()
  const statement = { Effect: 'Allow', Principal: { AWS: { Ref: 'AWS::AccountId' } }, Action: 'kms:*', Resource: '*' }
  const Policies = [
    {
      PolicyName: 'x',
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sqs:ReceiveMessage', Resource: '*' }] },
    },
  ]
  await put('Stack', {
    Resources: {
      Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement: [statement] } } },
      Locked: named('locked', { KmsMasterKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } }),
      ByName: named('by-name', { KmsMasterKeyId: { Ref: 'Key' } }),
      Open: named('open'),
      Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'worker', Policies } },
    },
  })
  const roleArn = 'arn:aws:iam::000000000000:role/worker'
  const worker = { type: 'role', roleArn, arn: 'arn:aws:sts::000000000000:assumed-role/worker/f' } as const
  const may = (queue: string) =>
    permissions.allows(worker, 'sqs:ReceiveMessage', `arn:aws:sqs:eu-west-1:000000000000:${queue}`)

  expect([may('open'), may('locked'), may('by-name')]).toEqual([true, false, false])
  expect(permissions.report().denied).toMatchObject([{ action: 'kms:Decrypt' }])
})

test('refuses a second policy of one resource, also in another stack', async () => {
  const { put } = await startProvisioner()
  const policy = (queue: unknown) => ({
    Type: 'AWS::SQS::QueuePolicy',
    Properties: { Queues: [queue], PolicyDocument: { Statement: [] } },
  })
  await put('One', { Resources: { Queue: named('jobs'), Policy: policy({ Ref: 'Queue' }) } })

  const second = put('Two', { Resources: { Again: policy('http://127.0.0.1:1/000000000000/jobs') } })

  await expect(second).rejects.toThrow('Two Again: arn:aws:sqs:eu-west-1:000000000000:jobs has a policy already')
})

test('tells what it keeps and does not act on, once for each type', async () => {
  const { put, notices } = await startProvisioner()
  const stack: Stack = {
    Resources: {
      One: named('one', { Tags: [] }),
      Two: named('two', { SqsManagedSseEnabled: true, Tags: [] }),
      Key: { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: true, KeyPolicy: { Statement: [] } } },
      Metadata: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'x' } },
    },
  }

  await put('A', stack)
  await put('B', stack)

  expect(notices()).toEqual(['AWS::SQS::Queue SqsManagedSseEnabled, Tags', 'AWS::KMS::Key EnableKeyRotation'])
})

test('removes what a stack no longer has', async () => {
  const { put, sqs, ssm, functions } = await startProvisioner()
  const { Resources, ...rest } = worker()
  await put('Stack', { ...rest, Resources: { ...Resources, Text: text('a') } })

  await put('Stack', { Resources: { Other: named('other') } })

  expect(() => sqs.queue('jobs')).toThrow('does not exist')
  expect(() => functions.find('worker')).toThrow('there is no function worker')
  expect(ssm.parameter('/text')).toBeUndefined()
  expect(sqs.queue('other').arn).toMatch(/:other$/)
})

test('changes what a stack still has, and keeps its messages', async () => {
  const { put, sqs, ssm } = await startProvisioner()
  await put('Stack', { Resources: { Queue: named('jobs'), Text: text('before') } })
  sqs.queue('jobs').send({ MessageBody: 'hello' })

  await put('Stack', { Resources: { Queue: named('jobs', { VisibilityTimeout: 77 }), Text: text('after') } })

  expect(sqs.queue('jobs').describe()).toMatchObject({ VisibilityTimeout: '77', ApproximateNumberOfMessages: '1' })
  expect(ssm.parameter('/text')).toBe('after')
})

test('changes nothing when a template has something that is not modelled', async () => {
  const { put, ssm } = await startProvisioner()
  await put('Stack', { Resources: { Text: text('before') } })

  const broken = put('Stack', { Resources: { Text: text('after'), Odd: { Type: 'AWS::EC2::Instance' } } })

  await expect(broken).rejects.toThrow('Stack Odd: AWS::EC2::Instance is not modelled')
  expect(ssm.parameter('/text')).toBe('before')
})

test.each([
  [
    'a queue that shows messages again while the function may still run',
    { queue: { VisibilityTimeout: 5 }, function: { Timeout: 6 } },
    'Mapping: queue visibility timeout: 5 seconds is less than function timeout: 6 seconds',
  ],
  [
    'a concurrency below two',
    { mapping: { ScalingConfig: { MaximumConcurrency: 1 } } },
    'Mapping: MaximumConcurrency 1 is not between 2 and 1000',
  ],
  ['a large batch without a window', { mapping: { BatchSize: 11 } }, 'Mapping: BatchSize 11 is not between 1 and 10'],
  [
    'a long window',
    { mapping: { MaximumBatchingWindowInSeconds: 301 } },
    'Mapping: MaximumBatchingWindowInSeconds 301 is not between 0 and 300',
  ],
  [
    'code that is no asset',
    { function: { Code: { ZipFile: 'x' } } },
    'Function: Code is not an asset of this assembly: {"ZipFile":"x"}',
  ],
  [
    'a subscription of something else than a queue',
    { subscription: { Protocol: 'https', Endpoint: 'https://example.com' } },
    'Subscription: Protocol https is not modelled',
  ],
  ['another runtime', { function: { Runtime: 'python3.13' } }, 'Function: Runtime python3.13 is not modelled'],
])('refuses %s', async (_, changes, message) => {
  const { put } = await startProvisioner()

  await expect(put('Stack', worker(changes))).rejects.toThrow(`Stack ${message}`)
})

test('tells how to get what is missing', async () => {
  const { provision } = await startProvisioner()
  const withoutAsset = await writeAssembly('Stack', worker())
  await rm(join(withoutAsset, 'asset.code.zip'), { recursive: true })

  await expect(provision('/nowhere/cdk.out')).rejects.toThrow(
    'no synthesized templates in /nowhere/cdk.out: run pnpm turbo run synth',
  )
  await expect(provision(withoutAsset)).rejects.toThrow(
    /^Stack Function: asset folder .* is missing: run pnpm turbo run synth$/,
  )
})
