import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs'
import { parseMessage, type ParsedMessage } from '@fanout/event-parsing'
import type { ObjectEvent } from '@fanout/schemas'
import { hash } from 'node:crypto'

/**
 * Who put it into the dead-letter queue. `handler`: the function, which says why. `sqs`: SQS itself, because the function died
 * or was throttled too often. `sns`: the topic, which could not deliver. `unknown`: somebody else.
 */
export type DeadLetterKind = 'handler' | 'sqs' | 'sns' | 'unknown'

/** A message that a subscriber gave up, or that SQS or SNS gave up for it. */
export interface DeadLetter {
  subscriber: string
  messageId: string
  kind: DeadLetterKind
  /** What it is about; empty for a message that cannot be read. */
  events: ObjectEvent[]
  /** Decoded; as the message had it where that is impossible. */
  keys: string[]
  /** Two letters of one identity are the same work: a function that dies after it wrote one writes another. */
  identity: string
  errorName: string | undefined
  reason: string
  /** Receives before it was given up. */
  attempts: number
  /** How often it was sent back before. */
  redrives: number
  /** ISO 8601, as are the other times. */
  sentAt: string
  firstFailedAt: string | undefined
  lastFailedAt: string | undefined
  /** Of the function's last invocation, to find its log lines. */
  requestId: string | undefined
  body: string
  attributes: Record<string, MessageAttributeValue>
}

/** @param maxReceiveCount of the source queue: looking at a dead letter counts as a receive, too */
export function toDeadLetter(subscriber: string, message: Message, maxReceiveCount = Infinity): DeadLetter {
  const { MessageId = '', Body = '', Attributes = {}, MessageAttributes = {} } = message
  const parsed = parseMessage(Body)
  const text = (name: string) => MessageAttributes[name]?.StringValue
  const kind = kindOf(message)
  const receives = Number(Attributes.ApproximateReceiveCount ?? 0)
  return {
    subscriber,
    messageId: MessageId,
    kind,
    events: parsed.events,
    keys: keysOf(parsed, text('objectKey')),
    identity: identityOf(parsed, Body),
    errorName: kind === 'handler' ? text('errorName') : kind === 'sns' ? text('ErrorCode') : undefined,
    reason: reasonOf(kind, text),
    attempts:
      kind === 'handler' ? Number(text('attempts') ?? 0) : kind === 'sqs' ? Math.min(receives, maxReceiveCount) : 0,
    redrives: Number(text('redrives') ?? 0),
    sentAt: new Date(Number(Attributes.SentTimestamp ?? 0)).toISOString(),
    firstFailedAt: text('firstFailedAt'),
    lastFailedAt: text('lastFailedAt'),
    requestId: text('requestId'),
    body: Body,
    attributes: MessageAttributes,
  }
}

function kindOf({ Attributes = {}, MessageAttributes = {} }: Message): DeadLetterKind {
  // A redriven message keeps its count of redrives when SQS moves it, but none of the handler's reasons
  if (MessageAttributes['errorName']) return 'handler'
  if (MessageAttributes['ErrorCode']) return 'sns'
  return Attributes.DeadLetterQueueSourceArn ? 'sqs' : 'unknown'
}

function reasonOf(kind: DeadLetterKind, text: (name: string) => string | undefined): string {
  switch (kind) {
    case 'handler':
      return text('errorMessage') ?? 'unknown'
    case 'sns':
      return text('ErrorMessage') ?? 'the topic could not deliver'
    case 'sqs':
      return 'moved by SQS: the function died or was throttled'
    case 'unknown':
      return 'put here by neither the function, SQS nor SNS'
  }
}

function keysOf({ events, failures }: ParsedMessage, named: string | undefined): string[] {
  const keys = [...events.map(({ key }) => key), ...failures.flatMap(({ rawKey }) => rawKey ?? [])]
  return keys.length > 0 ? [...new Set(keys)] : named === undefined ? [] : [named]
}

/** The events that it is about, in any order; of a message that cannot be read wholly, its bytes. */
function identityOf({ events, failures }: ParsedMessage, body: string): string {
  const ids = events.map(({ id }) => id).toSorted()
  return failures.length === 0 && ids.length > 0 ? ids.join(' ') : hash('sha256', body)
}
