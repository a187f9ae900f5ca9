import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { SubscriberRegistration } from '@fanout/schemas'
import { chunk } from '../flow/chunk.ts'
import { toDeadLetter, type DeadLetter } from './dead-letter.ts'

/** A dead-letter queue in somebody's hands. What was taken stays hidden from others until it is closed. */
export interface OpenDeadLetterQueue {
  /** Roughly how many there are, hidden ones included. */
  count: number
  /** Some that were not taken before; none when there are no others. May be called while it is still answering. */
  take: (max?: number) => Promise<DeadLetter[]>
  /** Deletes letters that were taken; returns those that SQS kept. */
  remove: (letters: readonly DeadLetter[]) => Promise<DeadLetter[]>
  /** Gives back, at once, all that was taken and not removed. */
  close: () => Promise<void>
}

/** SQS's own limit of a batch. */
const BATCH = 10
// SQS counts approximately, and a short poll asks only some of its servers
const MOST_EMPTY_ANSWERS = 2

/**
 * Opens a subscriber's dead-letter queue.
 * @param hiddenSeconds how long others do not see what was taken, should this process die
 */
export async function openDeadLetterQueue(
  sqs: SQSClient,
  { name, queueUrl, deadLetterQueueUrl }: Pick<SubscriberRegistration, 'name' | 'queueUrl' | 'deadLetterQueueUrl'>,
  hiddenSeconds: number,
): Promise<OpenDeadLetterQueue> {
  const [maxReceiveCount, count] = await Promise.all([
    readMaxReceiveCount(sqs, queueUrl),
    countMessages(sqs, deadLetterQueueUrl),
  ])
  const held = new Map<string, Message>()
  const seen = new Set<string>()
  let [empty, again] = [0, 0]

  async function take(max = BATCH): Promise<DeadLetter[]> {
    // Those seen before come again when their visibility ends: after each of them once, nobody has missed a fresh one
    while (empty < MOST_EMPTY_ANSWERS && again <= seen.size) {
      const messages = await receive(max, empty > 0)
      const fresh = messages.filter(({ MessageId = '' }) => !seen.has(MessageId))
      // Its visibility ended: the older receipt handle no longer works
      for (const message of messages) held.set(message.MessageId ?? '', message)
      for (const { MessageId = '' } of fresh) seen.add(MessageId)
      if (fresh.length > 0) {
        empty = again = 0
        return fresh.map((message) => toDeadLetter(name, message, maxReceiveCount))
      }
      again += messages.length
      if (messages.length > 0) continue
      empty += 1
      if ((await countMessages(sqs, deadLetterQueueUrl, VISIBLE)) === 0) return []
    }
    return []
  }

  async function receive(max: number, waits: boolean): Promise<Message[]> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: deadLetterQueueUrl,
        MaxNumberOfMessages: Math.min(BATCH, max),
        VisibilityTimeout: hiddenSeconds,
        WaitTimeSeconds: waits ? 1 : 0,
        MessageSystemAttributeNames: ['All'],
        // The former name of the same; some emulators know no other
        AttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    )
    return Messages
  }

  async function remove(letters: readonly DeadLetter[]): Promise<DeadLetter[]> {
    const kept: DeadLetter[] = []
    for (const some of chunk(letters, BATCH)) {
      const entries = some.map(({ messageId }, index) => ({
        Id: String(index),
        ReceiptHandle: held.get(messageId)?.ReceiptHandle,
      }))
      const { Failed = [] } = await sqs.send(
        new DeleteMessageBatchCommand({ QueueUrl: deadLetterQueueUrl, Entries: entries }),
      )
      const failed = new Set(Failed.map(({ Id }) => Number(Id)))
      some.forEach((letter, index) => (failed.has(index) ? kept.push(letter) : held.delete(letter.messageId)))
    }
    return kept
  }

  async function close(): Promise<void> {
    for (const some of chunk([...held.values()], BATCH)) {
      const entries = some.map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: 0,
      }))
      // What cannot be given back comes back by itself
      await sqs
        .send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: deadLetterQueueUrl, Entries: entries }))
        .catch(() => {})
    }
    held.clear()
  }

  return { count, take, remove, close }
}

const VISIBLE = ['ApproximateNumberOfMessages'] as const
const ALL = [...VISIBLE, 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'] as const

async function countMessages(
  sqs: SQSClient,
  queueUrl: string,
  names: readonly (typeof ALL)[number][] = ALL,
): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }),
  )
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0)
}

async function readMaxReceiveCount(sqs: SQSClient, queueUrl: string): Promise<number | undefined> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['RedrivePolicy'] }),
  )
  const { maxReceiveCount }: { maxReceiveCount?: number | string } = JSON.parse(Attributes.RedrivePolicy ?? '{}')
  return maxReceiveCount === undefined ? undefined : Number(maxReceiveCount)
}
