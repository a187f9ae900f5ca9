import { randomUUID } from 'node:crypto'
import { ApiError, arnOf, notModelled, type Operations, type Principal, type Site } from '../api.ts'
import { sqsQueryName } from '../protocols.ts'
import type { MessageAttributes, MessageToSend } from '../sqs/message.ts'
import { checkFilter, type FilterPolicy, matchesFilter, nestKeys, valuesOf } from './filter-policy.ts'

export type Sns = ReturnType<typeof createSns>

/** A subscription as its template describes it. */
export interface Subscription {
  TopicArn: string
  Protocol: string
  Endpoint: string
  RawMessageDelivery?: boolean
  FilterPolicy?: FilterPolicy
  FilterPolicyScope?: 'MessageAttributes' | 'MessageBody'
  RedrivePolicy?: { deadLetterTargetArn: string }
}

type ActiveSubscription = Subscription & { SubscriptionArn: string; owner: string; filter: FilterPolicy }

/** What a publisher gives to a topic. S3's subject is 'Amazon S3 Notification'. */
interface Notification {
  message: string
  subject?: string | undefined
  attributes?: MessageAttributes
}

/** Sends to one queue; throws when that queue is missing or refuses. */
export type Deliver = (queueArn: string, message: MessageToSend, principal: Principal) => void

/** Standard topics whose subscribers are queues. */
export function createSns(site: Site, deliver: Deliver) {
  const topics = new Map<string, ActiveSubscription[]>()

  function subscriptionsOf(topicArn: string): ActiveSubscription[] {
    const subscriptions = topics.get(topicArn)
    if (subscriptions) return subscriptions
    throw new ApiError(404, 'NotFound', 'Topic does not exist')
  }

  /** Returns the topic's ARN; making it again changes nothing. */
  function createTopic(name: string): string {
    const arn = arnOf(site, 'sns', name)
    topics.set(arn, topics.get(arn) ?? [])
    return arn
  }

  /** The subscriptions of this stack are these alone. That of a queue to a topic keeps its ARN when it is changed. */
  function subscribe(owner: string, subscriptions: Subscription[]): void {
    const active = subscriptions.map((subscription): ActiveSubscription => {
      const { TopicArn, Endpoint, Protocol, FilterPolicy: policy = {}, FilterPolicyScope: scope } = subscription
      if (Protocol !== 'sqs') throw new Error(`Protocol ${Protocol} of a subscription is not modelled`)
      checkFilter(policy)
      const existing = subscriptionsOf(TopicArn).find((other) => other.Endpoint === Endpoint)
      const SubscriptionArn = existing?.SubscriptionArn ?? `${TopicArn}:${randomUUID()}`
      // A dot is an ordinary character of an attribute's name
      const filter = scope === 'MessageBody' ? nestKeys(policy) : policy
      return { ...subscription, SubscriptionArn, owner, filter }
    })
    for (const [arn, existing] of topics) {
      const own = active.filter(({ TopicArn }) => TopicArn === arn)
      const others = existing.filter((other) => other.owner !== owner)
      topics.set(arn, [...others, ...own])
    }
  }

  /** Returns the message id; every queue that accepts the message, or its dead letter queue, has it. */
  function publish(topicArn: string, notification: Notification): string {
    const accepting = subscriptionsOf(topicArn).filter((subscription) => accepts(subscription, notification))
    const refuse = (reason: string) => new ApiError(400, 'InvalidParameter', `Invalid parameter: ${reason}`)
    if (notification.message === '') throw refuse('Empty message')
    if (Buffer.byteLength(notification.message) > 262_144) throw refuse('Message too long')
    const messageId = randomUUID()
    for (const subscription of accepting) deliverTo(subscription, messageId, notification)
    return messageId
  }

  function deliverTo(subscription: ActiveSubscription, messageId: string, notification: Notification): void {
    const { TopicArn: sourceArn, Endpoint: queueArn, RawMessageDelivery: isRaw, RedrivePolicy: redrive } = subscription
    const principal: Principal = { type: 'service', service: 'sns.amazonaws.com', sourceArn }
    const sent: MessageToSend = isRaw
      ? { MessageBody: notification.message, MessageAttributes: notification.attributes ?? {} }
      : { MessageBody: toEnvelope(notification, subscription, messageId, site.endpoint) }
    const tell = (error: unknown, fate: string) =>
      site.warn(`${sourceArn}: message ${messageId} not delivered to ${queueArn}: ${(error as Error).message}; ${fate}`)
    try {
      deliver(queueArn, sent, principal)
    } catch (error) {
      const target = redrive?.deadLetterTargetArn
      tell(error, target ? `sent to ${target}` : 'dropped')
      if (!target) return
      const attributes = { ...sent.MessageAttributes, ...describeFailure(error as Error) }
      try {
        deliver(target, { ...sent, MessageAttributes: attributes }, principal)
      } catch (again) {
        tell(again, 'dropped')
      }
    }
  }

  const operations = {
    Publish: (input: PublishForm) => {
      const refused = ['MessageStructure', 'PhoneNumber'].find((name) => name in input)
      if (refused) throw notModelled('sns', `Publish with ${refused}`)
      const { Message: message = '', Subject: subject, TopicArn, TargetArn, MessageAttributes: entries } = input
      const pairs = Object.values(entries?.entry ?? {}).map(({ Name, Value }) => [Name, { ...Value }])
      const notification = { message, subject, attributes: Object.fromEntries(pairs) }
      return { MessageId: publish(TopicArn ?? TargetArn ?? '', notification) }
    },
    ListTopics: () => ({ Topics: { member: [...topics.keys()].map((arn) => ({ TopicArn: arn })) } }),
    ListSubscriptionsByTopic: ({ TopicArn = '' }: { TopicArn?: string }) => {
      const member = subscriptionsOf(TopicArn).map(({ SubscriptionArn, Endpoint, Protocol }) => {
        return { SubscriptionArn, Endpoint, Protocol, TopicArn, Owner: site.accountId }
      })
      return { Subscriptions: { member } }
    },
    GetTopicAttributes: ({ TopicArn = '' }: { TopicArn?: string }) => {
      const { length: SubscriptionsConfirmed } = subscriptionsOf(TopicArn)
      const attributes = { TopicArn, Owner: site.accountId, SubscriptionsConfirmed, SubscriptionsPending: 0 }
      return { Attributes: { entry: Object.entries(attributes).map(([key, value]) => ({ key, value })) } }
    },
  } satisfies Operations
  return { operations, createTopic, subscribe, publish }
}

/** Publish's input in the query protocol. */
type PublishForm = Partial<Record<'Message' | 'Subject' | 'TopicArn' | 'TargetArn', string>> & {
  MessageAttributes?: { entry: Record<string, { Name: string; Value: MessageAttributes[string] }> }
}

function accepts(subscription: ActiveSubscription, { message, attributes = {} }: Notification): boolean {
  const { filter, FilterPolicyScope: scope } = subscription
  if (scope !== 'MessageBody') return matchesFilter(filter, valuesOf(attributes))
  try {
    return matchesFilter(filter, JSON.parse(message))
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

/** The JSON that a queue gets unless its subscription asks for raw delivery; the signature is not a real one. */
function toEnvelope(notification: Notification, subscription: ActiveSubscription, MessageId: string, endpoint: string) {
  const { message, subject, attributes = {} } = notification
  const entries = Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => {
    return [name, { Type: DataType, Value: StringValue ?? BinaryValue }]
  })
  const envelope = {
    Type: 'Notification',
    MessageId,
    TopicArn: subscription.TopicArn,
    Subject: subject,
    Message: message,
    Timestamp: new Date().toISOString(),
    SignatureVersion: '1',
    Signature: 'local',
    // Spelled so for queues; a function that SNS calls itself would see SigningCertUrl
    SigningCertURL: `${endpoint}/SimpleNotificationService-local.pem`,
    UnsubscribeURL: `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${subscription.SubscriptionArn}`,
    ...(entries.length > 0 && { MessageAttributes: Object.fromEntries(entries) }),
  }
  return JSON.stringify(envelope, undefined, 2)
}

/** What SNS writes on a dead letter: by these three a reader knows that SNS sent it. */
function describeFailure(error: Error) {
  const code = error instanceof ApiError ? sqsQueryName(error.code) : 'InternalError'
  const text = (StringValue: string) => ({ DataType: 'String', StringValue })
  return { RequestID: text(randomUUID()), ErrorCode: text(code), ErrorMessage: text(error.message) }
}
