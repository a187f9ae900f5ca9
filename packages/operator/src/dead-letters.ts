import {
  ChangeMessageVisibilityBatchCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { parseMessage } from '@fanout/event-parsing'
import type { ObjectEvent, SubscriberRegistration } from '@fanout/schemas'
import type { Stage } from './stage.ts'

/** A message that a subscriber gave up, or that SQS or SNS gave up for it. */
export interface DeadLetter {
  subscriber: string
  messageId: string
  /** What it is about; empty for a message that cannot be read. */
  events: ObjectEvent[]
  reason: string
  attempts: number
  /** When it was sent, as ISO 8601. */
  sentAt: string
  body: string
}

/** Looks at the dead letters of every subscriber and leaves them where they are. */
export async function peekDeadLetters({
  clients,
  subscribers,
}: Pick<Stage, 'clients' | 'subscribers'>): Promise<DeadLetter[]> {
  const found = await Promise.all(subscribers.map((subscriber) => peekQueue(clients.sqs, subscriber)))
  return found.flat()
}

const MOST_PEEKED = 1000

// Long enough to see each message once on the way through the queue
const HIDDEN_SECONDS = 20

async function peekQueue(sqs: SQSClient, subscriber: SubscriberRegistration): Promise<DeadLetter[]> {
  const queueUrl = subscriber.deadLetterQueueUrl
  const messages = new Map<string, Message>()
  try {
    for (;;) {
      const batch = await receive(sqs, queueUrl)
      const fresh = batch.filter(({ MessageId = '' }) => !messages.has(MessageId))
      for (const message of batch) messages.set(message.MessageId ?? '', message)
      if (fresh.length === 0 || messages.size >= MOST_PEEKED) break
    }
  } finally {
    await giveBack(sqs, queueUrl, [...messages.values()])
  }
  return [...messages.values()].map((message) => toDeadLetter(subscriber.name, message))
}

async function receive(sqs: SQSClient, queueUrl: string): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: HIDDEN_SECONDS,
      WaitTimeSeconds: 0,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  )
  return Messages
}

async function giveBack(sqs: SQSClient, queueUrl: string, messages: Message[]): Promise<void> {
  for (let start = 0; start < messages.length; start += 10) {
    const entries = messages
      .slice(start, start + 10)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }))
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: entries }))
  }
}

function toDeadLetter(subscriber: string, message: Message): DeadLetter {
  const { MessageId = '', Body = '', Attributes = {}, MessageAttributes = {} } = message
  const text = (name: string) => MessageAttributes[name]?.StringValue
  return {
    subscriber,
    messageId: MessageId,
    events: parseMessage(Body).events,
    reason: text('errorMessage') ?? text('ErrorMessage') ?? 'moved by SQS: the function died or was throttled',
    attempts: Number(text('attempts') ?? Attributes.ApproximateReceiveCount ?? 0),
    sentAt: new Date(Number(Attributes.SentTimestamp ?? 0)).toISOString(),
    body: Body,
  }
}
