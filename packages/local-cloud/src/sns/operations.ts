import { ApiError, type Principal, type Site } from '../api.ts'
import type { QueryOperations } from '../query-service.ts'
import type { MessageAttribute, MessageAttributes } from '../sqs/message.ts'
import type { Notification } from './envelope.ts'
import type { ActiveSubscription } from './sns.ts'

interface Topics {
  site: Site
  topicArns: () => string[]
  /** Throws NotFound. */
  subscriptionsOf: (topicArn: string) => Map<string, ActiveSubscription>
  publish: (topicArn: string, notification: Notification, principal: Principal) => Promise<string>
}

/** The modelled operations of SNS's query protocol. */
export function createOperations({ site, topicArns, subscriptionsOf, publish }: Topics): QueryOperations {
  return {
    Publish: async (parameters, { principal }) => {
      const refused = ['MessageStructure', 'PhoneNumber', 'MessageGroupId'].find((name) => parameters.has(name))
      if (refused) throw new ApiError(501, 'NotImplemented', `sns:Publish with ${refused} is not modelled`)
      const topicArn = parameters.get('TopicArn') ?? parameters.get('TargetArn') ?? ''
      const notification = {
        message: parameters.get('Message') ?? '',
        subject: parameters.get('Subject') ?? undefined,
        attributes: readAttributes(parameters),
      }
      return { MessageId: await publish(topicArn, notification, principal) }
    },
    ListTopics: () => ({ Topics: { member: topicArns().map((arn) => ({ TopicArn: arn })) } }),
    ListSubscriptionsByTopic: (parameters) => ({
      Subscriptions: {
        member: [...subscriptionsOf(parameters.get('TopicArn') ?? '').values()].map(({ arn, topicArn, queueArn }) => ({
          SubscriptionArn: arn,
          Owner: site.accountId,
          Protocol: 'sqs',
          Endpoint: queueArn,
          TopicArn: topicArn,
        })),
      },
    }),
    GetTopicAttributes: (parameters) => {
      const topicArn = parameters.get('TopicArn') ?? ''
      const attributes = {
        TopicArn: topicArn,
        Owner: site.accountId,
        SubscriptionsConfirmed: subscriptionsOf(topicArn).size,
        SubscriptionsPending: 0,
        SubscriptionsDeleted: 0,
      }
      return { Attributes: { entry: Object.entries(attributes).map(([key, value]) => ({ key, value })) } }
    },
  }
}

function readAttributes(parameters: URLSearchParams): MessageAttributes {
  const attributes: MessageAttributes = {}
  for (let n = 1; ; n++) {
    const entry = `MessageAttributes.entry.${n}`
    const name = parameters.get(`${entry}.Name`)
    if (name === null) return attributes
    const value: MessageAttribute = { DataType: parameters.get(`${entry}.Value.DataType`) ?? '' }
    const text = parameters.get(`${entry}.Value.StringValue`)
    const binary = parameters.get(`${entry}.Value.BinaryValue`)
    attributes[name] = {
      ...value,
      ...(text !== null && { StringValue: text }),
      ...(binary !== null && { BinaryValue: binary }),
    }
  }
}
