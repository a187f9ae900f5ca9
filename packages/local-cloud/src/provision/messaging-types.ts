import type { PolicyDocument } from '../policies.ts'
import type { FilterPolicy } from '../sns/filter-policy.ts'
import type { ResourceType } from './resource-type.ts'

interface QueueProperties {
  QueueName?: string
  VisibilityTimeout?: number
  MessageRetentionPeriod?: number
  DelaySeconds?: number
  ReceiveMessageWaitTimeSeconds?: number
  MaximumMessageSize?: number
  RedrivePolicy?: object
}

const queue: ResourceType<QueueProperties> = {
  acts: [
    'QueueName',
    'VisibilityTimeout',
    'MessageRetentionPeriod',
    'DelaySeconds',
    'ReceiveMessageWaitTimeSeconds',
    'MaximumMessageSize',
    'RedrivePolicy',
  ],
  keeps: ['KmsDataKeyReusePeriodSeconds', 'KmsMasterKeyId', 'RedriveAllowPolicy', 'SqsManagedSseEnabled', 'Tags'],
  name: ({ QueueName: given }, generate) => given ?? generate(80),
  ref: (name, { endpoint, accountId }) => `${endpoint}/${accountId}/${name}`,
  attributes: (name, { region, accountId, endpoint }) => ({
    Arn: `arn:aws:sqs:${region}:${accountId}:${name}`,
    QueueName: name,
    QueueUrl: `${endpoint}/${accountId}/${name}`,
  }),
  make: (properties, name, { sqs }) => void sqs.createQueue(name, { ...properties, QueueName: undefined }),
  remove: (name, { sqs }) => sqs.removeQueue(name),
}

const queuePolicy: ResourceType<{ Queues: string[]; PolicyDocument: PolicyDocument }> = {
  acts: ['Queues', 'PolicyDocument'],
  keeps: [],
  name: (_, generate) => generate(255),
  make: ({ Queues: urls, PolicyDocument: document }, _, { policies, sqs, stackName }) => {
    for (const url of urls) policies.setOfResource(stackName, sqs.queue(url).arn, document)
  },
}

const topic: ResourceType<{ TopicName?: string }> = {
  acts: ['TopicName'],
  keeps: ['DisplayName', 'KmsMasterKeyId', 'Tags'],
  name: ({ TopicName: given }, generate) => given ?? generate(256),
  ref: topicArn,
  attributes: (name, site) => ({ TopicArn: topicArn(name, site), TopicName: name }),
  make: (_, name, { sns }) => void sns.createTopic(name),
}

function topicArn(name: string, { region, accountId }: { region: string; accountId: string }): string {
  return `arn:aws:sns:${region}:${accountId}:${name}`
}

const topicPolicy: ResourceType<{ Topics: string[]; PolicyDocument: PolicyDocument }> = {
  acts: ['Topics', 'PolicyDocument'],
  keeps: [],
  name: (_, generate) => generate(255),
  make: ({ Topics: arns, PolicyDocument: document }, _, { policies, stackName }) => {
    for (const arn of arns) policies.setOfResource(stackName, arn, document)
  },
}

interface SubscriptionProperties {
  TopicArn: string
  Protocol: string
  Endpoint: string
  RawMessageDelivery?: boolean
  FilterPolicy?: FilterPolicy
  FilterPolicyScope?: 'MessageAttributes' | 'MessageBody'
  RedrivePolicy?: { deadLetterTargetArn: string }
}

const subscription: ResourceType<SubscriptionProperties> = {
  acts: [
    'TopicArn',
    'Protocol',
    'Endpoint',
    'RawMessageDelivery',
    'FilterPolicy',
    'FilterPolicyScope',
    'RedrivePolicy',
  ],
  keeps: [],
  name: (_, generate) => generate(255),
  make: (properties, _, { subscriptions, stackName }) => {
    if (properties.Protocol !== 'sqs') throw new Error(`Protocol ${properties.Protocol} is not modelled`)
    subscriptions.push({
      owner: stackName,
      topicArn: properties.TopicArn,
      queueArn: properties.Endpoint,
      raw: properties.RawMessageDelivery ?? false,
      filterPolicy: properties.FilterPolicy,
      filterPolicyScope: properties.FilterPolicyScope,
      deadLetterQueueArn: properties.RedrivePolicy?.deadLetterTargetArn,
    })
  },
}

export const messagingTypes = {
  'AWS::SQS::Queue': queue,
  'AWS::SQS::QueuePolicy': queuePolicy,
  'AWS::SNS::Topic': topic,
  'AWS::SNS::TopicPolicy': topicPolicy,
  'AWS::SNS::Subscription': subscription,
}
