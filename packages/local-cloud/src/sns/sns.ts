import { randomUUID } from 'node:crypto'
import { ApiError, type Principal, type Service, type Site } from '../api.ts'
import { sqsQueryName } from '../error-replies.ts'
import { createQueryService } from '../query-service.ts'
import type { MessageToSend } from '../sqs/message.ts'
import { type Notification, toEnvelope } from './envelope.ts'
import { checkFilter, type FilterPolicy, matchesFilter, nestKeys, valuesOf } from './filter-policy.ts'
import { createOperations } from './operations.ts'

export interface Subscription {
  /** The stack that made it, see `clearSubscriptions`. */
  owner: string
  topicArn: string
  queueArn: string
  raw: boolean
  filterPolicy?: FilterPolicy | undefined
  filterPolicyScope?: 'MessageAttributes' | 'MessageBody' | undefined
  deadLetterQueueArn?: string | undefined
}

export type ActiveSubscription = Subscription & { arn: string; filterPolicy: FilterPolicy }

export interface Sns {
  service: Service
  operations: string[]
  /** Returns the topic's ARN; making it again changes nothing. */
  createTopic: (name: string) => string
  /** A second subscription of one queue to one topic replaces the first and keeps its ARN, which is returned. */
  subscribe: (subscription: Subscription) => string
  /** Forgets what this stack subscribed: call it before the stack's subscriptions are made again. */
  clearSubscriptions: (owner: string) => void
  /** Resolves with the message id once every queue that accepts the message, or its dead letter queue, has it. */
  publish: (topicArn: string, notification: Notification, principal: Principal) => Promise<string>
}

/** Sends to one queue; rejects when that queue is missing or refuses. */
export type Deliver = (queueArn: string, message: MessageToSend, principal: Principal) => Promise<void>

/** Standard topics whose subscribers are queues. */
export function createSns(site: Site, deliver: Deliver): Sns {
  const topics = new Map<string, ActiveSubscription[]>()

  function subscriptionsOf(topicArn: string): ActiveSubscription[] {
    const subscriptions = topics.get(topicArn)
    if (subscriptions) return subscriptions
    throw new ApiError(404, 'NotFound', 'Topic does not exist')
  }

  function createTopic(name: string): string {
    const arn = `arn:aws:sns:${site.region}:${site.accountId}:${name}`
    topics.set(arn, topics.get(arn) ?? [])
    return arn
  }

  function subscribe(subscription: Subscription): string {
    const { topicArn, queueArn } = subscription
    const isSame = (other: ActiveSubscription) => other.queueArn === queueArn
    const existing = subscriptionsOf(topicArn)
    const arn = existing.find(isSame)?.arn ?? `${topicArn}:${randomUUID()}`
    const { filterPolicy: policy = {}, filterPolicyScope: scope } = subscription
    checkFilter(policy)
    // A dot is an ordinary character of an attribute's name
    const filterPolicy = scope === 'MessageBody' ? nestKeys(policy) : policy
    topics.set(topicArn, [...existing.filter((other) => !isSame(other)), { ...subscription, filterPolicy, arn }])
    return arn
  }

  function clearSubscriptions(owner: string): void {
    const isKept = (subscription: Subscription) => subscription.owner !== owner
    for (const [arn, subscriptions] of topics) topics.set(arn, subscriptions.filter(isKept))
  }

  async function publish(topicArn: string, notification: Notification): Promise<string> {
    const accepting = subscriptionsOf(topicArn).filter((subscription) => accepts(subscription, notification))
    const refuse = (reason: string) => new ApiError(400, 'InvalidParameter', `Invalid parameter: ${reason}`)
    if (notification.message === '') throw refuse('Empty message')
    if (Buffer.byteLength(notification.message) > 262_144) throw refuse('Message too long')
    const messageId = randomUUID()
    await Promise.all(accepting.map((subscription) => deliverTo(subscription, messageId, notification)))
    return messageId
  }

  async function deliverTo(subscription: ActiveSubscription, messageId: string, notification: Notification) {
    const { topicArn, queueArn, raw, deadLetterQueueArn, arn } = subscription
    const principal: Principal = { type: 'service', service: 'sns.amazonaws.com', sourceArn: topicArn }
    const { message, attributes = {} } = notification
    const body = raw ? message : toEnvelope(notification, { messageId, topicArn, arn }, site.endpoint)
    const sent = raw ? attributes : {}
    const onFailure = (error: Error, fate: string) =>
      site.warn(`${topicArn}: message ${messageId} not delivered to ${queueArn}: ${error.message}; ${fate}`)
    try {
      await deliver(queueArn, { body, attributes: sent }, principal)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      if (!deadLetterQueueArn) return onFailure(error, 'dropped')
      onFailure(error, `sent to ${deadLetterQueueArn}`)
      const dead = { body, attributes: { ...sent, ...describeFailure(error) } }
      await deliver(deadLetterQueueArn, dead, principal).catch((again: Error) => onFailure(again, 'dropped'))
    }
  }

  const operations = createOperations(site, { topicArns: () => [...topics.keys()], subscriptionsOf, publish })
  const service = createQueryService('sns', 'http://sns.amazonaws.com/doc/2010-03-31/', operations)
  return { service, operations: Object.keys(operations), createTopic, subscribe, clearSubscriptions, publish }
}

function accepts(subscription: ActiveSubscription, { message, attributes = {} }: Notification): boolean {
  const { filterPolicy, filterPolicyScope: scope } = subscription
  if (scope !== 'MessageBody') return matchesFilter(filterPolicy, valuesOf(attributes))
  try {
    return matchesFilter(filterPolicy, JSON.parse(message))
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

/** What SNS writes on a dead letter: by these three a reader knows that SNS sent it. */
function describeFailure(error: Error) {
  const code = error instanceof ApiError ? sqsQueryName(error.code) : 'InternalError'
  const text = (StringValue: string) => ({ DataType: 'String', StringValue })
  return { RequestID: text(randomUUID()), ErrorCode: text(code), ErrorMessage: text(error.message) }
}
