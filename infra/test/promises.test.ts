import { describe, expect, test } from 'vitest'
import { PROMISES } from '../lib/testing/index.ts'
import { STAGES, templatesOf, toJson } from './templates.ts'

const sentences = Object.keys(PROMISES)

describe.each(STAGES)('in $name', (stage) => {
  const templates = templatesOf(stage).map(toJson)

  test.each(sentences)('%s', (sentence) => {
    expect(templates.flatMap((template) => PROMISES[sentence]?.(template, stage))).toEqual([])
  })

  test.each(sentences)('it is noticed when this is broken: %s', (sentence) => {
    const broken = templates.map((template) => structuredClone(template))
    BREAKS[sentence]?.(broken[0]?.Resources ?? {}, broken[1]?.Resources ?? {}, broken[1] ?? {})

    expect(broken.flatMap((template) => PROMISES[sentence]?.(template, stage))).not.toEqual([])
  })
})

// oxlint-disable-next-line typescript/no-explicit-any -- a template of any shape, to be broken at one place
type Loose = any

/** How each promise is broken, in the resources of a hub or of a subscriber that uses everything. */
const BREAKS: Readonly<Record<string, (hub: Loose, subscriber: Loose, template: Loose) => void>> = {
  'the visibility timeout is at least six times the timeout of the function plus the batch window': (_, { Queue }) => {
    Queue.Properties.VisibilityTimeout = 6 * 30 + 4
  },
  "a queue's receive count lies five above the function's own limit of attempts": (_, { Queue }) => {
    Queue.Properties.RedrivePolicy.maxReceiveCount = 13
  },
  'dead letters are kept for 14 days, longer than the 4 days of their source': (_, { DeadLetters }) => {
    DeadLetters.Properties.MessageRetentionPeriod = 4 * 86_400
  },
  'each queue has a dead-letter queue': (_, { Queue }) => {
    delete Queue.Properties.RedrivePolicy
  },
  'each mapping reports the failed items of a batch, not the whole batch': (_, { Mapping }) => {
    delete Mapping.Properties.FunctionResponseTypes
  },
  'each mapping has a maximum concurrency, within that of the stage': (_, { Mapping }) => {
    delete Mapping.Properties.ScalingConfig
  },
  'each topic, queue and bucket has exactly one policy': (hub) => {
    hub.SecondPolicy = structuredClone(hub.ObjectEventsPolicy)
  },
  'a topic takes messages only from a named source of this account': ({ ObjectEventsPolicy }) => {
    for (const statement of ObjectEventsPolicy.Properties.PolicyDocument.Statement)
      delete statement.Condition.StringEquals
  },
  'a queue and its dead-letter queue take messages only from the topic': (_, { DeadLettersPolicy }) => {
    for (const statement of DeadLettersPolicy.Properties.PolicyDocument.Statement) delete statement.Condition.ArnEquals
  },
  'nobody reaches a topic, queue or bucket without TLS': ({ UploadsPolicy }) => {
    UploadsPolicy.Properties.PolicyDocument.Statement = []
  },
  'everything that holds data is encrypted, with the customer key in stages that ask for one': (_, { Queue }) => {
    delete Queue.Properties.SqsManagedSseEnabled
    delete Queue.Properties.KmsMasterKeyId
  },
  'the customer key lets S3, SNS and CloudWatch use it for this account': (hub) => {
    hub.Key ??= { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement: [] } } }
    hub.Key.Properties.KeyPolicy.Statement.pop()
  },
  'no bucket is public': ({ Uploads }) => {
    Uploads.Properties.PublicAccessBlockConfiguration.IgnorePublicAcls = false
  },
  'uploads are versioned, and every bucket forgets what nobody can reach': ({ Uploads }) => {
    delete Uploads.Properties.LifecycleConfiguration.Rules[0].ExpiredObjectDeleteMarker
  },
  'each function logs to a group that forgets when the stage says so': (_, { Logs }) => {
    delete Logs.Properties.RetentionInDays
  },
  'every permission names its actions': (_, { Role }) => {
    Role.Properties.Policies[0].PolicyDocument.Statement[0].Action = 'sqs:*'
  },
  'every permission names its resources; objects by their bucket, a key in its own policy as *': (_, { Role }) => {
    Role.Properties.Policies[0].PolicyDocument.Statement[1].Resource = '*'
  },
  'each alarm tells somebody when it fires and when it is over': (_, { AlarmsLag }) => {
    AlarmsLag.Properties.AlarmActions = []
  },
  'each subscription has a dead-letter queue, which it may use before it is made': (_, { Subscription }) => {
    Subscription.DependsOn = ['QueuePolicy']
  },
  "no filter is over SNS's limit of complexity": (_, { Subscription }) => {
    Subscription.Properties.FilterPolicy = {
      Records: { eventName: ['a', 'b', 'c', 'd'], s3: { object: { key: ['a', 'b', 'c', 'd', 'e'] } } },
    }
  },
  'no subscriber may write to the uploads bucket': (_, { Role }) => {
    const statements: Loose[] = Role.Properties.Policies[0].PolicyDocument.Statement
    statements.find(({ Action }) => Action === 's3:GetObject').Action = ['s3:GetObject', 's3:PutObject']
  },
  'no role has permissions that do not stand in its template': (_, { Role }) => {
    Role.Properties.ManagedPolicyArns = ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']
  },
  'there is no custom resource': (hub) => {
    hub.BucketNotifications = { Type: 'Custom::S3BucketNotifications' }
  },
  'every function is ours: fed by a queue of its own or run by a schedule, on Node 24 and arm64': (
    _,
    { Function: fn },
  ) => {
    fn.Properties.Architectures = ['x86_64']
  },
  'every table can be restored to any second of the last weeks': ({ Deliveries }) => {
    delete Deliveries.Properties.PointInTimeRecoverySpecification
  },
  'what holds data outlives its stack, and what takes its place, in stages that keep their data': (_, { Words }) => {
    Words.UpdateReplacePolicy = Words.UpdateReplacePolicy === 'Retain' ? 'Delete' : 'Retain'
  },
  'no stack exports to another or imports from it': (_, __, template) => {
    template.Outputs = { Topic: { Value: 'x', Export: { Name: 'topic' } } }
  },
  'no template names an account, a region or a secret': (hub) => {
    hub.Uploads.Properties.BucketName = 'uploads-eu-west-1'
  },
}
