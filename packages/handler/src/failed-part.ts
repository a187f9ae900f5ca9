import { SnsEnvelope } from '@fanout/schemas'

/**
 * The body of a message without the records that are finished, so that sending it back repeats only what failed. Still an
 * S3 notification. Where records are nested (a Lambda event inside a message) it is the whole body: repeating a finished
 * record is harmless, losing a failed one is not.
 *
 * @param isFailed for each record of the message, in order
 */
export function failedPart(body: string, isFailed: boolean[]): string {
  if (!isFailed.includes(false)) return body
  const records = recordsOf(JSON.parse(body))
  if (records?.length !== isFailed.length || records.some(isNested)) return body
  return JSON.stringify({ Records: records.filter((_, index) => isFailed[index]) })
}

function recordsOf(message: unknown): unknown[] | undefined {
  const envelope = SnsEnvelope.safeParse(message)
  if (envelope.success) return recordsOf(JSON.parse(envelope.data.Message))
  if (typeof message !== 'object' || message === null || !('Records' in message)) return undefined
  return Array.isArray(message.Records) ? message.Records : undefined
}

function isNested(record: unknown): boolean {
  return typeof record === 'object' && record !== null && ('body' in record || 'Sns' in record)
}
