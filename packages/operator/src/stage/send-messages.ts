import { SendMessageBatchCommand, type MessageAttributeValue, type SQSClient } from '@aws-sdk/client-sqs'

export interface OutgoingMessage {
  body: string
  attributes?: Record<string, MessageAttributeValue>
}

/** Sends messages in as few calls as SQS allows; returns, by position, why it refused which. */
export async function sendMessages(
  sqs: SQSClient,
  queueUrl: string,
  messages: readonly OutgoingMessage[],
): Promise<Map<number, string>> {
  const refused = new Map<number, string>()
  for (const batch of batchesOf(messages)) {
    const entries = batch.map(({ index, body, attributes }) => ({
      Id: String(index),
      MessageBody: body,
      ...(attributes ? { MessageAttributes: attributes } : {}),
    }))
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }))
    for (const { Id, Code, Message } of Failed) refused.set(Number(Id), [Code, Message].filter(Boolean).join(': '))
  }
  return refused
}

const MOST_IN_A_BATCH = 10
// All of a batch together may be as large as one message
const BATCH_BYTES = 256 * 1024

function batchesOf(messages: readonly OutgoingMessage[]) {
  const batches: (OutgoingMessage & { index: number })[][] = []
  let bytes = Infinity
  messages.forEach((message, index) => {
    const size = Buffer.byteLength(message.body)
    if (bytes + size > BATCH_BYTES || batches.at(-1)?.length === MOST_IN_A_BATCH) {
      batches.push([])
      bytes = 0
    }
    batches.at(-1)?.push({ ...message, index })
    bytes += size
  })
  return batches
}
