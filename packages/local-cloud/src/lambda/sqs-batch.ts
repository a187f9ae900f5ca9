import type { MessageAttributes, ReceivedMessage } from '../sqs/message.ts'

/** What a function gets: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html. */
export function toSqsEvent(messages: ReceivedMessage[], queueArn: string): string {
  const awsRegion = queueArn.split(':')[3]
  return JSON.stringify({
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes,
      messageAttributes: toRecordAttributes(message.MessageAttributes ?? {}),
      md5OfBody: message.MD5OfBody,
      ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion,
    })),
  })
}

function toRecordAttributes(attributes: MessageAttributes) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType: dataType, StringValue, BinaryValue }]) => [
      name,
      {
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType,
      },
    ]),
  )
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
  const ids = failures.map((failure) => failure?.itemIdentifier)
  const sent = new Set<unknown>(messages.map(({ MessageId: id }) => id))
  const unknown = ids.find((id) => !sent.has(id))
  if (ids.some((id) => !sent.has(id)))
    throw new Error(`batchItemFailures names ${JSON.stringify(unknown)}, which is no message of the batch`)
  return new Set(ids as string[])
}
