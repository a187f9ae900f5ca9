import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { StageQueues } from './stage.ts'

/** How many messages are where in one subscriber's queues; SQS counts them approximately. */
export interface QueueDepth {
  name: string
  waiting: number
  /** Received and not yet finished, or waiting for a retry. */
  inFlight: number
  delayed: number
  deadLetters: number
}

/** Counts the messages of every subscriber. */
export async function readQueueDepths({ clients, subscribers }: StageQueues): Promise<QueueDepth[]> {
  return await Promise.all(
    subscribers.map(async ({ name, queueUrl, deadLetterQueueUrl }) => {
      const [queue, deadLetters] = await Promise.all([
        countMessages(clients.sqs, queueUrl),
        countMessages(clients.sqs, deadLetterQueueUrl),
      ])
      // A dead letter that someone looks at is in flight
      return { name, ...queue, deadLetters: deadLetters.waiting + deadLetters.inFlight + deadLetters.delayed }
    }),
  )
}

async function countMessages(sqs: SQSClient, queueUrl: string) {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  )
  return {
    waiting: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
    inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
    delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed'] ?? 0),
  }
}
