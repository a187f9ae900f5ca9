import type { DeadLetter } from './dead-letter.ts'
import type { HandlerEnv } from './env.ts'

/** What the handler does to messages itself, beside what the event source mapping does. */
export interface MessageQueue {
  /** Lets a received message come again after so many seconds. */
  changeVisibility(receiptHandle: string, seconds: number, signal: AbortSignal): Promise<void>
  sendDeadLetter(letter: DeadLetter, signal: AbortSignal): Promise<void>
}

/** The subscriber's queue and dead-letter queue. Needed only after a failure, so the SQS client is loaded only then. */
export function createMessageQueue(
  env: Pick<HandlerEnv, 'QUEUE_URL' | 'DEAD_LETTER_QUEUE_URL'>,
  load: () => Promise<SqsClient> = loadSqs,
): MessageQueue {
  let loading: Promise<SqsClient> | undefined
  const sqs = () => (loading ??= load())
  return {
    async changeVisibility(receiptHandle, seconds, signal) {
      const input = { QueueUrl: env.QUEUE_URL, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds }
      await (await sqs()).changeMessageVisibility(input, { abortSignal: signal })
    },
    async sendDeadLetter({ body, attributes }, signal) {
      const input = { QueueUrl: env.DEAD_LETTER_QUEUE_URL, MessageBody: body, MessageAttributes: attributes }
      await (await sqs()).sendMessage(input, { abortSignal: signal })
    },
  }
}

type SqsClient = Awaited<ReturnType<typeof loadSqs>>

async function loadSqs() {
  const { createSqsClient } = await import('./sqs-client.ts')
  return createSqsClient()
}
