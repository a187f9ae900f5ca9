import type { SQSRecord } from 'aws-lambda'
import { backoffSeconds } from './backoff.ts'
import { deadLetterAttributes, type DeathCause } from './dead-letter.ts'
import type { HandlerEnv } from './env.ts'

/** What the handler does to messages itself, beside what the event source mapping does. */
export interface QueueActions {
  /** Lets a failed message come back after its backoff. */
  retryLater(record: SQSRecord, attempt: number): Promise<void>
  /** Gives back a message that was not started. */
  giveBack(record: SQSRecord): Promise<void>
  /** Puts a copy of the message into the dead-letter queue, with why. */
  sendDeadLetter(record: SQSRecord, cause: DeathCause): Promise<void>
}

/** Needed only after a failure, so the SQS client is loaded only then. */
export function createQueueActions(env: HandlerEnv): QueueActions {
  let loading: ReturnType<typeof loadSqs> | undefined
  const sqs = () => (loading ??= loadSqs())
  const changeVisibility = async ({ receiptHandle }: SQSRecord, seconds: number) => {
    const { client, ChangeMessageVisibilityCommand } = await sqs()
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: env.QUEUE_URL,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }),
    )
  }
  return {
    retryLater: (record, attempt) => changeVisibility(record, backoffSeconds(attempt)),
    giveBack: (record) => changeVisibility(record, 0),
    async sendDeadLetter(record, cause) {
      const { client, SendMessageCommand } = await sqs()
      await client.send(
        new SendMessageCommand({
          QueueUrl: env.DEAD_LETTER_QUEUE_URL,
          MessageBody: record.body,
          MessageAttributes: deadLetterAttributes(record, cause),
        }),
      )
    },
  }
}

async function loadSqs() {
  const { SQSClient, ...commands } = await import('./sqs-client.ts')
  return { client: new SQSClient({}), ...commands }
}
