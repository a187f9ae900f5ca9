import { App } from 'aws-cdk-lib'
import { describe, expect, test } from 'vitest'
import type { OwnResources } from '../lib/index.ts'
import { stageOf } from '../lib/stages.ts'
import { addSubscriber, MODEST, resourcesOf, STAGES, statementsIn, subscriberTemplate, theOnly } from './templates.ts'

const dev = stageOf('dev')

describe.each(STAGES)('a subscriber of $name', (stage) => {
  const template = subscriberTemplate(stage)
  const properties = (type: string) => theOnly(template, type).properties
  const queue = (id: string) =>
    resourcesOf(template, 'AWS::SQS::Queue').find((resource) => resource.id === id)?.properties

  test('hides a message from others for six times the timeout, and the batch window', () => {
    expect(queue('Queue')?.VisibilityTimeout).toBe(6 * 30 + 5)
  })

  test("receives a message more often than the function's own limit", () => {
    const variables = properties('AWS::Lambda::Function').Environment

    expect(variables).toMatchObject({ Variables: { MAX_ATTEMPTS: '9' } })
    expect(queue('Queue')?.RedrivePolicy).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] },
      maxReceiveCount: 9 + 5,
    })
  })

  test('keeps dead letters for 14 days, and messages for 4', () => {
    expect(queue('DeadLetters')?.MessageRetentionPeriod).toBe(14 * 86_400)
    expect(queue('Queue')?.MessageRetentionPeriod).toBe(4 * 86_400)
  })

  test('reports the failed items of a batch, and does not run more than its share at once', () => {
    expect(properties('AWS::Lambda::EventSourceMapping')).toEqual({
      BatchSize: 100,
      EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
      FunctionName: { Ref: 'Function' },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumBatchingWindowInSeconds: 5,
      MetricsConfig: { Metrics: ['EventCount'] },
      ScalingConfig: { MaximumConcurrency: 10 },
    })
  })

  test('gets the raw notification, and keeps what SNS could not deliver', () => {
    expect(properties('AWS::SNS::Subscription')).toMatchObject({
      TopicArn: { Ref: 'HubTopicArn' },
      Protocol: 'sqs',
      Endpoint: { 'Fn::GetAtt': ['Queue', 'Arn'] },
      RawMessageDelivery: true,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
    })
  })

  test('subscribes when both queues let the topic send, not before', () => {
    expect(theOnly(template, 'AWS::SNS::Subscription').dependsOn).toEqual(['DeadLettersPolicy', 'QueuePolicy'])
  })

  test('lets only the topic of the hub send to its queues', () => {
    const allowed = resourcesOf(template, 'AWS::SQS::QueuePolicy')
      .flatMap(({ properties: policy }) => statementsIn(policy))
      .filter(({ Effect }) => Effect === 'Allow')

    expect(allowed).toEqual(
      ['DeadLetters', 'Queue'].map((id) => ({
        Sid: 'HubTopicMaySend',
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: { 'Fn::GetAtt': [id, 'Arn'] },
        Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'HubTopicArn' } } },
      })),
    )
  })

  test('runs on Node 24 and arm64, from the bundle', () => {
    expect(properties('AWS::Lambda::Function')).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'handler.handler',
      MemorySize: 512,
      Timeout: 30,
    })
  })

  test('logs to a group of its own that forgets', () => {
    expect(properties('AWS::Lambda::Function').LoggingConfig).toEqual({ LogGroup: { Ref: 'Logs' } })
    expect(properties('AWS::Logs::LogGroup').RetentionInDays).toBe(stage.logRetention)
  })

  test('tells the function everything that it needs to know', () => {
    expect(properties('AWS::Lambda::Function').Environment).toEqual({
      Variables: {
        SIZES: '1,2',
        PAGES_BUCKET: { Ref: 'Pages' },
        WORDS_TABLE: { Ref: 'Words' },
        STAGE: stage.name,
        SUBSCRIBER: 'word-count',
        POWERTOOLS_SERVICE_NAME: 'word-count',
        UPLOADS_BUCKET: { Ref: 'HubUploadsBucket' },
        QUEUE_URL: { Ref: 'Queue' },
        DEAD_LETTER_QUEUE_URL: { Ref: 'DeadLetters' },
        MAX_ATTEMPTS: '9',
        RECORDS_IN_FLIGHT: '10',
        DELIVERIES_TABLE: { Ref: 'HubDeliveriesTable' },
      },
    })
  })

  test('may do what its job needs, on its own resources, and nothing else', () => {
    const allowed = statementsIn(properties('AWS::IAM::Role').Policies).map(({ Action, Resource }) => [
      [Action].flat().join(' '),
      flatten(Resource),
    ])

    expect(allowed).toEqual([
      ['sqs:ReceiveMessage sqs:DeleteMessage sqs:ChangeMessageVisibility sqs:GetQueueAttributes', 'Queue.Arn'],
      ['sqs:SendMessage', 'DeadLetters.Arn'],
      ['logs:CreateLogStream logs:PutLogEvents', 'Logs.Arn'],
      ['s3:PutObject', 'Pages.Arn/*'],
      ['s3:ListBucket', 'Pages.Arn'],
      ['dynamodb:PutItem', 'Words.Arn'],
      ['s3:GetObject', 'arn:AWS::Partition:s3:::HubUploadsBucket/*'],
      ['s3:ListBucket', 'arn:AWS::Partition:s3:::HubUploadsBucket'],
      ['dynamodb:PutItem', 'arn:AWS::Partition:dynamodb:AWS::Region:AWS::AccountId:table/HubDeliveriesTable'],
      ...(stage.customerKey
        ? [
            [
              'kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:ReEncryptFrom kms:ReEncryptTo',
              'HubKeyArn',
            ],
          ]
        : []),
    ])
  })

  test('finds the hub by parameters of its stage', () => {
    const names = Object.values<{ Type: string; Default: string }>(template.toJSON().Parameters)

    expect(new Set(names.map(({ Type }) => Type))).toEqual(new Set(['AWS::SSM::Parameter::Value<String>']))
    expect(names.map(({ Default }) => Default)).toEqual([
      `/fanout/${stage.name}/hub/uploads-bucket`,
      `/fanout/${stage.name}/hub/deliveries-table`,
      `/fanout/${stage.name}/hub/topic-arn`,
      ...(stage.customerKey ? [`/fanout/${stage.name}/hub/key-arn`] : []),
      `/fanout/${stage.name}/hub/alarms-topic-arn`,
    ])
  })

  test('registers itself with the physical names of what it has', () => {
    const { Name, Value } = properties('AWS::SSM::Parameter')

    expect(Name).toBe(`/fanout/${stage.name}/subscribers/word-count`)
    expect(JSON.parse(flatten(Value))).toEqual({
      name: 'word-count',
      functionName: 'Function',
      queueUrl: 'Queue',
      deadLetterQueueUrl: 'DeadLetters',
      resources: { PAGES_BUCKET: 'Pages', WORDS_TABLE: 'Words' },
    })
  })

  test('keeps the logical ids of what holds data', () => {
    const stateful = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::SQS::Queue']
    const ids = resourcesOf(template)
      .filter(({ type }) => stateful.includes(type))
      .map(({ id }) => id)

    expect(ids).toEqual(['Pages', 'Words', 'DeadLetters', 'Queue'])
  })
})

test('a table of its own is found by what its indexes hold', () => {
  const definition = {
    ...MODEST,
    resources: (own: OwnResources) =>
      own.addTable('Words', {
        env: 'WORDS_TABLE',
        partitionKey: 'word',
        indexes: [{ name: 'ByDay', partitionKey: 'day', sortKey: 'word', attributes: ['count'] }],
        actions: ['dynamodb:PutItem'],
      }),
  }

  const { AttributeDefinitions, GlobalSecondaryIndexes } = theOnly(
    subscriberTemplate(dev, definition),
    'AWS::DynamoDB::Table',
  ).properties

  expect(AttributeDefinitions).toHaveLength(2)
  expect(GlobalSecondaryIndexes).toEqual([
    {
      IndexName: 'ByDay',
      KeySchema: [
        { AttributeName: 'day', KeyType: 'HASH' },
        { AttributeName: 'word', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['count'] },
    },
  ])
})

test('tries a record as often as it asks for, and its queue hands it out more often than that', () => {
  const template = subscriberTemplate(dev, { ...MODEST, maxAttempts: 12 })

  const { Environment } = theOnly(template, 'AWS::Lambda::Function').properties
  expect(Environment).toMatchObject({ Variables: { MAX_ATTEMPTS: '12' } })
  const [, queue] = resourcesOf(template, 'AWS::SQS::Queue')
  expect(queue?.properties.RedrivePolicy).toMatchObject({ maxReceiveCount: 12 + 5 })
})

test('a stage without delivery records has subscribers that know nothing of them', () => {
  const template = subscriberTemplate({ ...dev, deliveryRecords: false })

  expect(JSON.stringify(template.toJSON())).not.toMatch(/deliveries/i)
})

test('hears everything, without a filter, when it asks for nothing', () => {
  const { FilterPolicy, FilterPolicyScope } = theOnly(
    subscriberTemplate(dev, MODEST),
    'AWS::SNS::Subscription',
  ).properties

  expect([FilterPolicy, FilterPolicyScope]).toEqual([undefined, undefined])
})

test('hears only the events and keys that it asks for', () => {
  const { FilterPolicy, FilterPolicyScope } = theOnly(subscriberTemplate(dev), 'AWS::SNS::Subscription').properties

  expect(FilterPolicyScope).toBe('MessageBody')
  expect(FilterPolicy).toEqual({
    Records: {
      eventName: [{ prefix: 'ObjectCreated:' }, { prefix: 'ObjectRemoved:' }],
      s3: { object: { key: [{ prefix: 'my+photos/' }] } },
    },
  })
})

test('may not read uploads unless its job does', () => {
  const actions = statementsIn(theOnly(subscriberTemplate(dev, MODEST), 'AWS::IAM::Role').properties)
    .flatMap(({ Action }) => Action)
    .filter((action) => action.startsWith('s3:'))

  expect(actions).toEqual([])
})

test.each(['WordCount', 'word_count', '-words', 'word--count'])('refuses the name %s', (name) => {
  expect(() => addSubscriber(new App(), dev, MODEST, name)).toThrow('is not kebab-case')
})

test('refuses the name whose stack would be the hub', () => {
  expect(() => addSubscriber(new App(), dev, MODEST, 'hub')).toThrow('the name hub is taken')
})

/** Refs, attributes and joins as one readable string. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(flatten).join('')
  if (typeof value !== 'object' || value === null) return ''
  const [[name, inner] = ['', '']] = Object.entries(value)
  if (name === 'Fn::GetAtt' && Array.isArray(inner)) return inner.join('.')
  return name === 'Fn::Join' && Array.isArray(inner) ? flatten(inner[1]) : flatten(inner)
}
