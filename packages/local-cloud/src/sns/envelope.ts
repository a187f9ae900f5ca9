import type { MessageAttributes } from '../sqs/message.ts'

/** What a publisher gives to a topic. */
export interface Notification {
  message: string
  /** S3 writes 'Amazon S3 Notification'. */
  subject?: string | undefined
  attributes?: MessageAttributes
}

/** The JSON that a queue gets unless its subscription asks for raw delivery; the signature is not a real one. */
export function toEnvelope(
  { message, subject, attributes = {} }: Notification,
  { messageId, topicArn, arn }: { messageId: string; topicArn: string; arn: string },
  endpoint: string,
): string {
  const toEntry = ({ DataType, StringValue, BinaryValue }: MessageAttributes[string]) => ({
    Type: DataType,
    Value: StringValue ?? BinaryValue,
  })
  const entries = Object.entries(attributes).map(([name, attribute]) => [name, toEntry(attribute)])
  const envelope = {
    Type: 'Notification',
    MessageId: messageId,
    TopicArn: topicArn,
    Subject: subject,
    Message: message,
    Timestamp: new Date().toISOString(),
    SignatureVersion: '1',
    Signature: 'local',
    // Spelled so for queues; a function that SNS calls itself would see SigningCertUrl
    SigningCertURL: `${endpoint}/SimpleNotificationService-local.pem`,
    UnsubscribeURL: `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${arn}`,
    ...(entries.length > 0 && { MessageAttributes: Object.fromEntries(entries) }),
  }
  return JSON.stringify(envelope, undefined, 2)
}
