import type { Site } from '../api.ts'
import type { FilterPolicy } from '../sns/filter-policy.ts'
import type { ResourceType } from './resource-type.ts'

const queue: ResourceType<{ QueueName?: string }> = {
  acts: `QueueName VisibilityTimeout MessageRetentionPeriod DelaySeconds ReceiveMessageWaitTimeSeconds
    MaximumMessageSize RedrivePolicy`,
  keeps: 'KmsDataKeyReusePeriodSeconds KmsMasterKeyId RedriveAllowPolicy SqsManagedSseEnabled Tags',
  name: ({ QueueName: given }, generate) => given ?? generate(80),
  ref: queueUrl,
  attributes: (name, site) => ({
    Arn: `arn:aws:sqs:${site.region}:${site.accountId}:${name}`,
    QueueName: name,
    QueueUrl: queueUrl(name, site),
  }),
  make: (properties, name, { sqs }) => void sqs.createQueue(name, { ...properties, QueueName: undefined }),
  remove: (name, { sqs }) => sqs.removeQueue(name),
}

function queueUrl(name: string, { endpoint, accountId }: Site): string {
  return `${endpoint}/${accountId}/${name}`
}

const topic: ResourceType<{ TopicName?: string }> = {
  acts: 'TopicName',
  keeps: 'DisplayName KmsMasterKeyId Tags',
  name: ({ TopicName: given }, generate) => given ?? generate(256),
  ref: topicArn,
  attributes: (name, site) => ({ TopicArn: topicArn(name, site), TopicName: name }),
  make: (_, name, { sns }) => void sns.createTopic(name),
}

function topicArn(name: string, { region, accountId }: Site): string {
  return `arn:aws:sns:${region}:${accountId}:${name}`
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
  acts: 'TopicArn Protocol Endpoint RawMessageDelivery FilterPolicy FilterPolicyScope RedrivePolicy',
  keeps: '',
  make: (properties, _, { subscriptions, stackName }) => {
    // Nobody gets mail from here
    if (properties.Protocol === 'email') return
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
  'AWS::SNS::Topic': topic,
  'AWS::SNS::Subscription': subscription,
}
