import { randomUUID } from 'node:crypto'
import { ApiError, arnOf, notModelled, type Operations, type Principal, type Site } from '../api.ts'
import { sqsQueryName } from '../protocols.ts'
import type { MessageAttributes, MessageToSend } from '../sqs/message.ts'
import { checkFilter, type FilterPolicy, matchesFilter } from './filter-policy.ts'

export type Sns = ReturnType<typeof createSns>

/** A subscription as its template describes it. */
export interface Subscription {
  TopicArn: string
  Protocol: string
  Endpoint: string
  RawMessageDelivery?: boolean
  FilterPolicy?: FilterPolicy
  FilterPolicyScope?: string
  RedrivePolicy?: { deadLetterTargetArn: string }
}
type ActiveSubscription = Subscription & { SubscriptionArn: string; owner: string }

/** What a publisher gives to a topic, in the query protocol. S3's subject is 'Amazon S3 Notification'. */
interface Publication {
  TopicArn?: string
  Message?: string
  Subject?: string
  MessageAttributes?: { entry: Record<string, { Name: string; Value: MessageAttributes[string] }> }
}

/** Standard topics whose subscribers are queues. `deliver` sends to one; it throws when that is missing or refuses. */
export function createSns(
  site: Site,
  deliver: (queueArn: string, message: MessageToSend, principal: Principal) => void,
) {
  const topics = new Map<string, ActiveSubscription[]>()

  function subscriptionsOf(topicArn = ''): ActiveSubscription[] {
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
      const { TopicArn, Endpoint } = subscription
      const existing = subscriptionsOf(TopicArn).find((other) => other.Endpoint === Endpoint)
      return { ...subscription, SubscriptionArn: existing?.SubscriptionArn ?? `${TopicArn}:${randomUUID()}`, owner }
    })
    for (const [arn, existing] of topics) {
      const others = existing.filter((other) => other.owner !== owner)
      topics.set(arn, [...others, ...active.filter(({ TopicArn }) => TopicArn === arn)])
    }
  }

  /** Returns the message id; every queue that accepts the message, or its dead letter queue, has it. */
  function publish(publication: Publication): string {
    const { TopicArn, Message = '' } = publication
    const accepting = subscriptionsOf(TopicArn).filter(({ FilterPolicy: policy }) => !policy || passes(policy, Message))
    const refuse = (reason: string) => new ApiError(400, 'InvalidParameter', `Invalid parameter: ${reason}`)
    if (Message === '') throw refuse('Empty message')
    if (Buffer.byteLength(Message) > 262_144) throw refuse('Message too long')
    const messageId = randomUUID()
    for (const subscription of accepting) deliverTo(subscription, messageId, publication)
    return messageId
  }

  function deliverTo(subscription: ActiveSubscription, messageId: string, publication: Publication): void {
    const { TopicArn: sourceArn, Endpoint: queueArn, RawMessageDelivery: isRaw, RedrivePolicy: redrive } = subscription
    const principal: Principal = { type: 'service', service: 'sns.amazonaws.com', sourceArn }
    const entries = Object.values(publication.MessageAttributes?.entry ?? {})
    const attributes: MessageAttributes = Object.fromEntries(entries.map(({ Name, Value }) => [Name, { ...Value }]))
    const envelope = () => toEnvelope(publication, attributes, subscription, messageId, site.endpoint)
    const sent = isRaw
      ? { MessageBody: publication.Message, MessageAttributes: attributes }
      : { MessageBody: envelope() }
    const tell = (error: unknown, fate: string) =>
      site.warn(`${sourceArn}: message ${messageId} not delivered to ${queueArn}: ${(error as Error).message}; ${fate}`)
    try {
      deliver(queueArn, sent, principal)
    } catch (error) {
      const target = redrive?.deadLetterTargetArn
      tell(error, target ? `sent to ${target}` : 'dropped')
      if (!target) return
      const MessageAttributes = { ...sent.MessageAttributes, ...describeFailure(error as Error) }
      try {
        deliver(target, { ...sent, MessageAttributes }, principal)
      } catch (again) {
        tell(again, 'dropped')
      }
    }
  }

  const operations = {
    Publish: (input: Publication & { TargetArn?: string }) => {
      const refused = ['MessageStructure', 'PhoneNumber'].find((name) => name in input)
      if (refused) throw notModelled('sns', `Publish with ${refused}`)
      return { MessageId: publish({ TopicArn: input.TargetArn ?? '', ...input }) }
    },
    ListTopics: () => ({ Topics: { member: [...topics.keys()].map((TopicArn) => ({ TopicArn })) } }),
    ListSubscriptionsByTopic: ({ TopicArn = '' }: { TopicArn?: string }) => {
      const member = subscriptionsOf(TopicArn).map(({ SubscriptionArn, Endpoint, Protocol }) => {
        return { SubscriptionArn, Endpoint, Protocol, TopicArn, Owner: site.accountId }
      })
      return { Subscriptions: { member } }
    },
    GetSubscriptionAttributes: ({ SubscriptionArn: arn }: { SubscriptionArn: string }) => {
      const found = [...topics.values()].flat().find((one) => one.SubscriptionArn === arn)
      if (!found) throw new ApiError(404, 'NotFound', 'Subscription does not exist')
      const texts = Object.entries(found).map(([key, value]) => {
        return { key, value: typeof value === 'string' ? value : JSON.stringify(value) }
      })
      return { Attributes: { entry: texts } }
    },
  } satisfies Operations
  return { operations, createTopic, subscribe, publish }
}

/** Throws for what is not modelled. */
export function checkSubscription({ Protocol, FilterPolicy: policy, FilterPolicyScope: scope }: Subscription): void {
  if (Protocol !== 'sqs') throw new Error(`Protocol ${Protocol} is not modelled`)
  if (policy && scope !== 'MessageBody') throw new Error('a FilterPolicy on message attributes is not modelled')
  checkFilter(policy ?? {})
}

function passes(policy: FilterPolicy, message: string): boolean {
  try {
    return matchesFilter(policy, JSON.parse(message))
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

/** The JSON that a queue gets unless its subscription asks for raw delivery; the signature is not a real one. */
function toEnvelope(
  { Message, Subject }: Publication,
  attributes: MessageAttributes,
  { TopicArn, SubscriptionArn }: ActiveSubscription,
  MessageId: string,
  endpoint: string,
): string {
  const entries = Object.entries(attributes).map(([name, { DataType: Type, StringValue, BinaryValue }]) => {
    return [name, { Type, Value: StringValue ?? BinaryValue }]
  })
  const head = { Type: 'Notification', MessageId, TopicArn, Subject, Message, Timestamp: new Date().toISOString() }
  const envelope = {
    ...head,
    SignatureVersion: '1',
    Signature: 'local',
    // Spelled so for queues; a function that SNS calls itself would see SigningCertUrl
    SigningCertURL: `${endpoint}/SimpleNotificationService-local.pem`,
    UnsubscribeURL: `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`,
    ...(entries.length > 0 && { MessageAttributes: Object.fromEntries(entries) }),
  }
  return JSON.stringify(envelope, undefined, 2)
}

/** What SNS writes on a dead letter: by these three a reader knows that SNS sent it. */
function describeFailure(error: Error): MessageAttributes {
  const code = error instanceof ApiError ? sqsQueryName(error.code) : 'InternalError'
  const text = (StringValue: string) => ({ DataType: 'String', StringValue })
  return { RequestID: text(randomUUID()), ErrorCode: text(code), ErrorMessage: text(error.message) }
}
