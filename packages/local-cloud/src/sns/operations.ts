import type { Principal, Site } from '../api.ts'
import { notModelled } from '../json-service.ts'
import type { QueryOperations } from '../query-service.ts'
import type { MessageAttributes } from '../sqs/message.ts'
import type { Notification } from './envelope.ts'
import type { ActiveSubscription } from './sns.ts'

interface Topics {
  topicArns: () => string[]
  /** Throws NotFound. */
  subscriptionsOf: (topicArn: string) => ActiveSubscription[]
  publish: (topicArn: string, notification: Notification, principal: Principal) => Promise<string>
}

/** The modelled operations of SNS's query protocol. */
export function createOperations(
  { accountId }: Site,
  { topicArns, subscriptionsOf, publish }: Topics,
): QueryOperations {
  return {
    Publish: async (parameters, { principal }) => {
      const refused = ['MessageStructure', 'PhoneNumber'].find((name) => parameters.has(name))
      if (refused) throw notModelled('sns', `Publish with ${refused}`)
      const topicArn = parameters.get('TopicArn') ?? parameters.get('TargetArn') ?? ''
      const message = parameters.get('Message') ?? ''
      const notification = {
        message,
        subject: parameters.get('Subject') ?? undefined,
        attributes: readAttributes(parameters),
      }
      return { MessageId: await publish(topicArn, notification, principal) }
    },
    ListTopics: () => ({ Topics: { member: topicArns().map((arn) => ({ TopicArn: arn })) } }),
    ListSubscriptionsByTopic: (parameters) => {
      const subscriptions = subscriptionsOf(parameters.get('TopicArn') ?? '')
      const member = subscriptions.map(({ arn, topicArn, queueArn }) => ({
        SubscriptionArn: arn,
        Owner: accountId,
        Protocol: 'sqs',
        Endpoint: queueArn,
        TopicArn: topicArn,
      }))
      return { Subscriptions: { member } }
    },
    GetTopicAttributes: (parameters) => {
      const topicArn = parameters.get('TopicArn') ?? ''
      const { length } = subscriptionsOf(topicArn)
      const attributes = {
        TopicArn: topicArn,
        Owner: accountId,
        SubscriptionsConfirmed: length,
        SubscriptionsPending: 0,
      }
      return { Attributes: { entry: Object.entries(attributes).map(([key, value]) => ({ key, value })) } }
    },
  }
}

function readAttributes(parameters: URLSearchParams): MessageAttributes {
  const attributes: MessageAttributes = {}
  for (let n = 1; parameters.has(`MessageAttributes.entry.${n}.Name`); n++) {
    const prefix = `MessageAttributes.entry.${n}.Value.`
    const fields = [...parameters].filter(([name]) => name.startsWith(prefix))
    const value = Object.fromEntries(fields.map(([name, text]) => [name.slice(prefix.length), text]))
    attributes[parameters.get(`MessageAttributes.entry.${n}.Name`) ?? ''] = value
  }
  return attributes
}
