import { randomUUID } from 'node:crypto'
import {
  md5OfAttributes,
  md5OfBody,
  type MessageAttributes,
  type MessageToSend,
  type ReceivedMessage,
} from './message.ts'

/** What a queue keeps of a message. */
export interface StoredMessage {
  id: string
  body: string
  md5: string
  attributes: MessageAttributes
  senderId: string
  sentAt: number
  state: 'delayed' | 'visible' | 'inFlight' | 'removed'
  /** Across all queues, as ApproximateReceiveCount is. */
  receiveCount: number
  /** In this queue: what maxReceiveCount is compared with. */
  receivesHere: number
  firstReceivedAt: number
  receivedAt: number
  /** Of the newest receive; an older one no longer works. */
  receiptHandle: string
  deadLetterSource: string | undefined
  timer: NodeJS.Timeout | undefined
}

export function storeMessage({ body, attributes = {}, senderId = '' }: MessageToSend): StoredMessage {
  return {
    id: randomUUID(),
    body,
    md5: md5OfBody(body),
    attributes,
    senderId,
    sentAt: Date.now(),
    state: 'delayed',
    receiveCount: 0,
    receivesHere: 0,
    firstReceivedAt: 0,
    receivedAt: 0,
    receiptHandle: '',
    deadLetterSource: undefined,
    timer: undefined,
  }
}

export function toReceived(message: StoredMessage): ReceivedMessage {
  const hasAttributes = Object.keys(message.attributes).length > 0
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: message.md5,
    Body: message.body,
    Attributes: {
      SenderId: message.senderId,
      SentTimestamp: String(message.sentAt),
      ApproximateReceiveCount: String(message.receiveCount),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      ...(message.deadLetterSource && { DeadLetterQueueSourceArn: message.deadLetterSource }),
    },
    ...(hasAttributes && {
      MessageAttributes: message.attributes,
      MD5OfMessageAttributes: md5OfAttributes(message.attributes),
    }),
  }
}
