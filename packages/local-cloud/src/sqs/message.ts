import { createHash, hash, randomUUID } from 'node:crypto'
import { ApiError } from '../api.ts'

/** As the JSON protocol writes them: binary values in base64. */
export type MessageAttributes = Record<string, { DataType?: string; StringValue?: string; BinaryValue?: string }>

/** SendMessage's input. */
export interface MessageToSend {
  MessageBody?: string | undefined
  MessageAttributes?: MessageAttributes
  DelaySeconds?: number | undefined
}

/** A message as ReceiveMessage gives it to a client. */
export interface ReceivedMessage {
  MessageId: string
  ReceiptHandle: string
  MD5OfBody: string
  Body: string
  Attributes: Record<string, string>
  MessageAttributes?: MessageAttributes
  MD5OfMessageAttributes?: string
}

/** A message that nobody has received yet. Throws what SendMessage refuses. */
export function createMessage(message: MessageToSend, SenderId: string, maximumBytes: number): ReceivedMessage {
  const { MessageBody: Body = '', MessageAttributes: attributes = {} } = message
  if (Body === '') throw new ApiError(400, 'MissingParameter', 'The request must contain the parameter MessageBody.')
  // XML's characters: no lone surrogates, no control characters but tab and line ends
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(Body)) {
    throw new ApiError(400, 'InvalidMessageContents', 'Invalid characters found.')
  }
  const { length: count } = Object.keys(attributes)
  if (count > 10) throw invalid(`Number of message attributes [${count}] exceeds the allowed maximum [10].`)
  for (const [name, { DataType: type = '', StringValue: text, BinaryValue: binary }] of Object.entries(attributes)) {
    if (/^[\w.-]{1,256}$/.test(name) && /^(String|Number|Binary)(\.|$)/.test(type) && (text || binary)) continue
    throw invalid(`The message attribute '${name}' must have a valid name and type and a non-empty value.`)
  }
  if (bytesOf(message) > maximumBytes) {
    throw invalid(`One or more parameters are invalid. Reason: Message must be shorter than ${maximumBytes} bytes.`)
  }
  const Attributes = { SenderId, SentTimestamp: String(Date.now()), ApproximateReceiveCount: '0' }
  const always = { MessageId: randomUUID(), ReceiptHandle: '', MD5OfBody: hash('md5', Body), Body, Attributes }
  return { ...always, ...withDigest(attributes) }
}

/** Names, types and values of attributes count as well. */
export function bytesOf({ MessageBody: body = '', MessageAttributes: attributes = {} }: MessageToSend): number {
  const texts = Object.entries(attributes).flatMap(([name, value]) => [name, ...Object.values(value)])
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Buffer.byteLength(body))
}

/** The message's own attributes with their digest, or nothing when it has none. */
export function withDigest(attributes: MessageAttributes) {
  if (Object.keys(attributes).length === 0) return {}
  return { MessageAttributes: attributes, MD5OfMessageAttributes: md5OfAttributes(attributes) }
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
function md5OfAttributes(attributes: MessageAttributes): string {
  const digest = createHash('md5')
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    digest.update(length).update(bytes)
  }
  for (const name of Object.keys(attributes).toSorted()) {
    const { DataType: type = '', StringValue: text = '', BinaryValue: binary } = attributes[name] ?? {}
    add(Buffer.from(name))
    add(Buffer.from(type))
    digest.update(Buffer.from([binary === undefined ? 1 : 2]))
    add(binary === undefined ? Buffer.from(text) : Buffer.from(binary, 'base64'))
  }
  return digest.digest('hex')
}

export function checkRange(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value
  const reason = `Must be between ${least} and ${most}, if provided.`
  throw invalid(`Value ${value} for parameter ${name} is invalid. Reason: ${reason}`)
}

export function invalid(message: string): ApiError {
  return new ApiError(400, 'InvalidParameterValue', message)
}
