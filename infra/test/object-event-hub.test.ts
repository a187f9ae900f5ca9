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
    const [allowed, ...others] = statementsIn(theOnly(template, 'AWS::SNS::TopicPolicy').properties).filter(
      ({ Effect }) => Effect === 'Allow',
    )

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
      'Deliveries',
      ...(stage.customerKey ? ['Key'] : []),
      'ObjectEvents',
      'Uploads',
    ])
  })
})

test("a customer key lets S3 and SNS pass events on, for this stage's bucket and topics only", () => {
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
