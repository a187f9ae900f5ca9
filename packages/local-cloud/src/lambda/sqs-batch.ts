import type { MessageAttributes, ReceivedMessage } from '../sqs/message.ts'

/** What a function gets: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html. What is undefined JSON leaves out. */
export function toSqsEvent(messages: ReceivedMessage[], queueArn: string): string {
  const Records = messages.map((message) => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: toRecordAttributes(message.MessageAttributes ?? {}),
    md5OfBody: message.MD5OfBody,
    md5OfMessageAttributes: message.MD5OfMessageAttributes,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3],
  }))
  return JSON.stringify({ Records })
}

function toRecordAttributes(attributes: MessageAttributes) {
  const entries = Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => {
    const value = { stringValue: StringValue, binaryValue: BinaryValue, stringListValues: [], binaryListValues: [] }
    return [name, { ...value, dataType: DataType }]
  })
  return Object.fromEntries(entries)
}

// Lambda's limit for what an invocation gets
const maximumPayloadBytes = 6 * 1024 * 1024

export function splitBySize(messages: ReceivedMessage[]): ReceivedMessage[][] {
  const batches: ReceivedMessage[][] = []
  let bytes = Infinity
  for (const message of messages) {
    bytes += Buffer.byteLength(message.Body)
    if (bytes > maximumPayloadBytes) {
      batches.push([])
      bytes = Buffer.byteLength(message.Body)
    }
    batches.at(-1)!.push(message)
  }
  return batches
}

/**
 * The messages that ReportBatchItemFailures says failed. Throws when the whole batch has: for Lambda an answer that it
 * does not understand is one.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function readBatchItemFailures(response: string, messages: ReceivedMessage[]): Set<string> {
  const answer: { batchItemFailures?: { itemIdentifier?: string }[] | null } | null = JSON.parse(response)
  if (answer === null) return new Set()
  if (typeof answer !== 'object' || Array.isArray(answer)) throw new Error(`the answer ${response} is not an object`)
  const failures = answer.batchItemFailures ?? []
  if (!Array.isArray(failures)) throw new Error('batchItemFailures is not a list')
  const ids = failures.map((failure) => failure?.itemIdentifier ?? '')
  const sent = new Set(messages.map(({ MessageId: id }) => id))
  if (ids.every((id) => sent.has(id))) return new Set(ids)
  throw new Error(`batchItemFailures names what is no message of the batch: ${JSON.stringify(failures)}`)
}
