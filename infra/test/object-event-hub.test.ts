import { describe, expect, test } from 'vitest'
import { stageOf } from '../lib/stages.ts'
import { hubTemplate, resourcesOf, STAGES, statementsIn, theOnly } from './templates.ts'

const UPLOADS_ARN = (stage: string) => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      `:s3:::fanout-${stage}-uploads-`,
      { Ref: 'AWS::AccountId' },
      '-',
      { Ref: 'AWS::Region' },
      '-an',
    ],
  ],
})

const ALARMS_ARN = (stage: string) => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':cloudwatch:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      `:alarm:Fanout-${stage}-*`,
    ],
  ],
})

describe.each(STAGES)('the hub of $name', (stage) => {
  const template = hubTemplate(stage)

  test('publishes every family of the stage to the topic, one event per configuration', () => {
    const { NotificationConfiguration } = theOnly(template, 'AWS::S3::Bucket').properties

    expect(NotificationConfiguration).toEqual({
      TopicConfigurations: [
        's3:ObjectCreated:*',
        's3:ObjectRemoved:*',
        's3:LifecycleExpiration:*',
        's3:ObjectRestore:*',
        's3:ObjectTagging:*',
        's3:ObjectAcl:Put',
        's3:LifecycleTransition',
        's3:IntelligentTiering',
        's3:Replication:*',
      ].map((Event) => ({ Event, Topic: { Ref: 'ObjectEvents' } })),
    })
  })

  test('lets S3 publish for the uploads bucket of this account only, before the bucket tries to', () => {
    const [allowed, ...others] = policyOf(template, 'ObjectEvents')

    expect(others).toEqual([])
    expect(allowed).toMatchObject({
      Action: 'sns:Publish',
      Principal: { Service: 's3.amazonaws.com' },
      Resource: { Ref: 'ObjectEvents' },
      Condition: {
        ArnEquals: { 'aws:SourceArn': UPLOADS_ARN(stage.name) },
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
      },
    })
    expect(theOnly(template, 'AWS::S3::Bucket').dependsOn).toContain('ObjectEventsPolicy')
  })

  test('lets the alarms of its own stacks publish to the alarms topic, and nobody else', () => {
    expect(policyOf(template, 'AlarmsTopic')).toEqual([
      {
        Sid: 'AlarmsMayPublish',
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Resource: { Ref: 'AlarmsTopic' },
        Condition: {
          ArnLike: { 'aws:SourceArn': ALARMS_ARN(stage.name) },
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        },
      },
    ])
  })

  test("names the uploads bucket in the account's own namespace", () => {
    expect(theOnly(template, 'AWS::S3::Bucket').properties).toMatchObject({
      BucketNamespace: 'account-regional',
      BucketNamePrefix: `fanout-${stage.name}-uploads`,
    })
  })

  test('keeps old versions for 30 days, and no trace of abandoned uploads and of markers of nothing', () => {
    expect(theOnly(template, 'AWS::S3::Bucket').properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: [
          {
            Status: 'Enabled',
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
            NoncurrentVersionExpiration: { NoncurrentDays: 30 },
            ExpiredObjectDeleteMarker: true,
          },
        ],
      },
    })
  })

  test('registers itself where subscribers look for it', () => {
    const parameters = resourcesOf(template, 'AWS::SSM::Parameter').map(({ properties }) => [
      properties.Name,
      properties.Value,
    ])

    expect(Object.fromEntries(parameters)).toEqual({
      [`/fanout/${stage.name}/hub/topic-arn`]: { Ref: 'ObjectEvents' },
      [`/fanout/${stage.name}/hub/uploads-bucket`]: { Ref: 'Uploads' },
      [`/fanout/${stage.name}/hub/alarms-topic-arn`]: { Ref: 'AlarmsTopic' },
      [`/fanout/${stage.name}/hub/deliveries-table`]: { Ref: 'Deliveries' },
      ...(stage.customerKey ? { [`/fanout/${stage.name}/hub/key-arn`]: { 'Fn::GetAtt': ['Key', 'Arn'] } } : {}),
    })
  })

  test('keeps delivery records by object and time, and lets them expire', () => {
    expect(theOnly(template, 'AWS::DynamoDB::Table').properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'objectKey', KeyType: 'HASH' },
        { AttributeName: 'settled', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
    })
  })

  test('keeps the logical ids of what holds data', () => {
    const stateful = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::SNS::Topic']
    const ids = resourcesOf(template)
      .filter(({ type }) => stateful.includes(type))
      .map(({ id }) => id)

    expect(ids.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'AlarmsTopic',
      'Deliveries',
      ...(stage.customerKey ? ['Key'] : []),
      'ObjectEvents',
      'Uploads',
    ])
  })
})

test("a customer key lets S3, SNS and CloudWatch pass events and alarms on, for this stage's bucket, topics and alarms only", () => {
  const granted = statementsIn(theOnly(hubTemplate(stageOf('prod')), 'AWS::KMS::Key').properties)
    .filter(({ Condition }) => Condition !== undefined)
    .map(({ Principal, Action, Condition }) => ({ Principal, Action, Condition }))

  const account = { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } }
  expect(granted).toEqual([
    {
      Principal: { Service: 's3.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Condition: { StringEquals: account, ArnLike: { 'aws:SourceArn': UPLOADS_ARN('prod') } },
    },
    {
      Principal: { Service: 'sns.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Condition: {
        StringEquals: account,
        ArnLike: {
          'aws:SourceArn': {
            'Fn::Join': ['', expect.arrayContaining([':sns:', ':Fanout-prod-Hub-*'])],
          },
        },
      },
    },
    {
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Condition: { StringEquals: account, ArnLike: { 'aws:SourceArn': ALARMS_ARN('prod') } },
    },
  ])
})

test('publishes only what lies under the prefix of the stage, which S3 wants URL-encoded', () => {
  const stage = { ...stageOf('dev'), published: { events: ['created'] as const, prefix: 'in box/' } }

  const bucket = theOnly(hubTemplate(stage), 'AWS::S3::Bucket')

  expect(bucket.properties.NotificationConfiguration).toEqual({
    TopicConfigurations: [
      {
        Event: 's3:ObjectCreated:*',
        Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'in+box/' }] } },
        Topic: { Ref: 'ObjectEvents' },
      },
    ],
  })
})

test('a stage without delivery records has no table for them', () => {
  const template = hubTemplate({ ...stageOf('dev'), deliveryRecords: false })

  expect(resourcesOf(template, 'AWS::DynamoDB::Table')).toEqual([])
  expect(JSON.stringify(template.toJSON())).not.toContain('deliveries-table')
})

describe.each(STAGES)('the daily check of $name', (stage) => {
  const template = hubTemplate(stage)

  test('may list uploads and read delivery records, and nothing more', () => {
    const [role] = resourcesOf(template, 'AWS::IAM::Role')
    const actions = statementsIn(role?.properties.Policies ?? []).flatMap(({ Action }) => Action)

    expect(actions.filter((action) => !action.startsWith('kms:'))).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:ListBucket',
      'dynamodb:Query',
    ])
  })

  test('tells when nobody heard of an upload, and when it could not look', () => {
    const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ id }) => id)

    expect(alarms).toEqual(expect.arrayContaining(['DailyUnheardObjects', 'DailyCheckFailed']))
  })
})

test('is not there in a stage that does not ask for it, or keeps no delivery records', () => {
  for (const change of [{ unheardObjects: false }, { deliveryRecords: false }]) {
    expect(resourcesOf(hubTemplate({ ...stageOf('dev'), ...change }), 'AWS::Lambda::Function')).toEqual([])
  }
})

test('tells alarms to the address of the stage', () => {
  const template = hubTemplate({ ...stageOf('dev'), alarms: { email: 'ops@example.com' } })

  expect(theOnly(template, 'AWS::SNS::Subscription').properties).toEqual({
    TopicArn: { Ref: 'AlarmsTopic' },
    Protocol: 'email',
    Endpoint: 'ops@example.com',
  })
})

test('tells alarms to the topic of the stage, and then has none of its own', () => {
  const topicArn = 'arn:aws:sns:eu-west-1:111111111111:pager'

  const template = hubTemplate({ ...stageOf('dev'), alarms: { topicArn } })

  expect(theOnly(template, 'AWS::SNS::Topic').id).toBe('ObjectEvents')
  const actions = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ properties }) => properties.AlarmActions)
  expect(new Set(actions.map(String))).toEqual(new Set([topicArn]))
})

test('takes over the bucket and the key that a destroyed installation left, by their names', () => {
  const uploadsBucket = 'fanout-prod-uploads-111111111111-eu-west-1-an'
  const keyArn = 'arn:aws:kms:eu-west-1:111111111111:key/1'

  const template = hubTemplate({ ...stageOf('prod'), takeOver: { uploadsBucket, keyArn } })

  const { properties } = theOnly(template, 'AWS::S3::Bucket')
  expect(properties).toMatchObject({ BucketName: uploadsBucket, BucketNamespace: 'account-regional' })
  expect(properties).not.toHaveProperty('BucketNamePrefix')
  expect(JSON.stringify(properties.BucketEncryption)).toContain(keyArn)
  expect(resourcesOf(template, 'AWS::KMS::Key')).toEqual([])
})

function policyOf(template: ReturnType<typeof hubTemplate>, topic: string) {
  return resourcesOf(template, 'AWS::SNS::TopicPolicy')
    .filter(({ properties }) => JSON.stringify(properties.Topics) === JSON.stringify([{ Ref: topic }]))
    .flatMap(({ properties }) => statementsIn(properties))
    .filter(({ Effect }) => Effect === 'Allow')
}
