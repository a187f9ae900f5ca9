import { createHash, hash } from 'node:crypto'
import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs'
import { ApiError } from '../api.ts'

/** An attribute as the JSON protocol writes it: binary values in base64. */
export type MessageAttribute = Omit<MessageAttributeValue, 'BinaryValue'> & { BinaryValue?: string }
export type MessageAttributes = Record<string, MessageAttribute>

/** A message as ReceiveMessage gives it to a client. */
export type ReceivedMessage = Required<Pick<Message, 'MessageId' | 'ReceiptHandle' | 'MD5OfBody' | 'Body'>> & {
  Attributes: Record<string, string>
  MessageAttributes?: MessageAttributes
  MD5OfMessageAttributes?: string
}

export interface MessageToSend {
  body: string
  attributes?: MessageAttributes
  delaySeconds?: number | undefined
  senderId?: string
}

export function md5OfBody(body: string): string {
  return hash('md5', body)
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation */
export function md5OfAttributes(attributes: MessageAttributes): string {
  const digest = createHash('md5')
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    digest.update(length).update(bytes)
  }
  for (const [name, value] of Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    add(Buffer.from(name))
    add(Buffer.from(value.DataType ?? ''))
    digest.update(Buffer.from([isBinary(value) ? 2 : 1]))
    add(isBinary(value) ? Buffer.from(value.BinaryValue ?? '', 'base64') : Buffer.from(value.StringValue ?? ''))
  }
  return digest.digest('hex')
}

/** Refuses what SQS refuses. */
export function checkMessage({ body, attributes = {} }: MessageToSend, maximumBytes: number): void {
  if (!body) throw new ApiError(400, 'MissingParameter', 'The request must contain the parameter MessageBody.')
  // XML's characters: no lone surrogates, no control characters but tab and line ends
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(body)) {
    throw new ApiError(400, 'InvalidMessageContents', 'Invalid characters found.')
  }
  const entries = Object.entries(attributes)
  if (entries.length > 10) {
    throw invalidParameter(`Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`)
  }
  for (const [name, attribute] of entries) checkAttribute(name, attribute)
  if (messageBytes(body, attributes) > maximumBytes) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumBytes} bytes.`,
    )
  }
}

/** Names, types and values of attributes count as well. */
export function messageBytes(body: string, attributes: MessageAttributes = {}): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { DataType: type = '', StringValue: text = '', BinaryValue: binary = '' }]) =>
      sum + Buffer.byteLength(name) + type.length + Buffer.byteLength(text) + Buffer.byteLength(binary, 'base64'),
    Buffer.byteLength(body),
  )
}

function checkAttribute(name: string, attribute: MessageAttribute): void {
  const { DataType: dataType = '', StringValue: text, BinaryValue: binary } = attribute
  if (!/^[\w.-]{1,256}$/.test(name)) throw invalidParameter(`The message attribute name '${name}' is invalid.`)
  if (!/^(String|Number|Binary)(\..+)?$/.test(dataType)) {
    throw invalidParameter(`The message attribute '${name}' has an invalid message attribute type, '${dataType}'.`)
  }
  const value = isBinary(attribute) ? binary : text
  if (!value) {
    throw invalidParameter(`The message attribute '${name}' must contain a non-empty message attribute value.`)
  }
  if (dataType.startsWith('Number') && Number.isNaN(Number(value))) {
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`)
  }
}

function isBinary({ DataType: dataType }: MessageAttribute): boolean {
  return dataType?.startsWith('Binary') ?? false
}

export function invalidParameter(message: string): ApiError {
  return new ApiError(400, 'InvalidParameterValue', message)
}
