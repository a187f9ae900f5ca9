import { randomUUID } from 'node:crypto'
import { ApiError, type Principal, type Service, type Site } from '../api.ts'
import { sqsQueryName } from '../error-replies.ts'
import { createQueryService } from '../query-service.ts'
import type { MessageAttributes, MessageToSend } from '../sqs/message.ts'
import { type Notification, toEnvelope } from './envelope.ts'
import { createMessageFilter, type FilterPolicy, type MessageFilter } from './filter-policy.ts'
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

export interface ActiveSubscription extends Subscription {
  arn: string
  accepts: MessageFilter
}

export interface Sns {
  service: Service
  operations: string[]
  /** Returns the topic's ARN; making it again changes nothing. */
  createTopic: (name: string) => string
  /** A second subscription of one queue to one topic replaces the first and keeps its ARN, which is returned. */
  subscribe: (subscription: Subscription) => string
  /** Forgets what this stack subscribed: call it before the stack's subscriptions are made again. */
  clearSubscriptions: (owner: string) => void
  /** Resolves with the message id once every queue, or its dead letter queue, has the message. */
  publish: (topicArn: string, notification: Notification, principal: Principal) => Promise<string>
}

/** Sends to one queue; rejects when that queue is missing or refuses. */
export type Deliver = (queueArn: string, message: MessageToSend, principal: Principal) => Promise<void>

export function createSns(site: Site, deliver: Deliver): Sns {
  /** By topic ARN, then by queue ARN. */
  const topics = new Map<string, Map<string, ActiveSubscription>>()

  function subscriptionsOf(topicArn: string): Map<string, ActiveSubscription> {
    const subscriptions = topics.get(topicArn)
    if (subscriptions) return subscriptions
    throw new ApiError(404, 'NotFound', 'Topic does not exist')
  }

  function createTopic(name: string): string {
    const arn = `arn:aws:sns:${site.region}:${site.accountId}:${name}`
    if (!topics.has(arn)) topics.set(arn, new Map())
    return arn
  }

  function subscribe(subscription: Subscription): string {
    const { topicArn, queueArn, filterPolicy, filterPolicyScope = 'MessageAttributes' } = subscription
    const subscriptions = subscriptionsOf(topicArn)
    const arn = subscriptions.get(queueArn)?.arn ?? `${topicArn}:${randomUUID()}`
    const accepts = filterPolicy ? createMessageFilter(filterPolicy, filterPolicyScope) : () => true
    subscriptions.set(queueArn, { ...subscription, arn, accepts })
    return arn
  }

  function clearSubscriptions(owner: string): void {
    for (const subscriptions of topics.values()) {
      for (const { queueArn, owner: other } of subscriptions.values())
        if (other === owner) subscriptions.delete(queueArn)
    }
  }

  async function publish(topicArn: string, notification: Notification): Promise<string> {
    const { message, attributes = {} } = notification
    const subscriptions = [...subscriptionsOf(topicArn).values()]
    if (message === '') throw new ApiError(400, 'InvalidParameter', 'Invalid parameter: Empty message')
    if (Buffer.byteLength(message) > 262_144) {
      throw new ApiError(400, 'InvalidParameter', 'Invalid parameter: Message too long')
    }
    const messageId = randomUUID()
    const accepting = subscriptions.filter(({ accepts }) => accepts(message, attributes))
    await Promise.all(accepting.map((subscription) => deliverTo(subscription, messageId, notification)))
    return messageId
  }

  async function deliverTo(subscription: ActiveSubscription, messageId: string, notification: Notification) {
    const { topicArn, queueArn, raw, deadLetterQueueArn, arn: subscriptionArn } = subscription
    const principal: Principal = { type: 'service', service: 'sns.amazonaws.com', sourceArn: topicArn }
    const message = raw
      ? { body: notification.message, attributes: notification.attributes ?? {} }
      : { body: toEnvelope(notification, { messageId, topicArn, subscriptionArn }, site), attributes: {} }
    try {
      await deliver(queueArn, message, principal)
    } catch (error) {
      const failure = `${topicArn}: message ${messageId} not delivered to ${queueArn}: ${String(error)}`
      if (!deadLetterQueueArn) return site.warn(`${failure}; dropped`)
      site.warn(failure)
      const attributes = { ...message.attributes, ...describeFailure(error) }
      await deliver(deadLetterQueueArn, { ...message, attributes }, principal).catch((again: unknown) =>
        site.warn(`${topicArn}: message ${messageId} dropped by ${deadLetterQueueArn}: ${String(again)}`),
      )
    }
  }

  const operations = createOperations({ topicArns: () => [...topics.keys()], subscriptionsOf, publish, site })
  const service = createQueryService('sns', 'http://sns.amazonaws.com/doc/2010-03-31/', operations)
  return { service, operations: Object.keys(operations), createTopic, subscribe, clearSubscriptions, publish }
}

/** What SNS writes on a dead letter: by these three a reader knows that SNS sent it. */
function describeFailure(error: unknown): MessageAttributes {
  const code = error instanceof ApiError ? sqsQueryName(error.code) : 'InternalError'
  const text = (StringValue: string) => ({ DataType: 'String', StringValue })
  return { RequestID: text(randomUUID()), ErrorCode: text(code), ErrorMessage: text(String((error as Error).message)) }
}
