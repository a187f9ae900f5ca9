import { S3TestEvent, SnsEnvelope, SnsRecord, SqsRecord, type ObjectEvent } from '@fanout/schemas'
import * as z from 'zod'
import { parseEventBridgeEvent } from './parse-eventbridge-event.ts'
import { parseS3Record } from './parse-s3-record.ts'

/** One record that could not be read, beside its readable neighbours. */
export interface UnreadableRecord {
  /** Position among all records of the message. */
  index: number
  /** What is wrong and where, for people. */
  error: string
  /** As the message had it, where that much could be read. */
  bucket?: string
  rawKey?: string
}

/**
 * What a message holds. `events`: at least one readable record, perhaps unreadable ones beside it. `test-event`: S3's
 * s3:TestEvent, to be acknowledged. `unreadable`: nothing that could be processed.
 */
export interface ParsedMessage {
  kind: 'events' | 'test-event' | 'unreadable'
  events: ObjectEvent[]
  failures: UnreadableRecord[]
}

/**
 * Reads an SQS body: an S3 notification, raw or in an SNS envelope, an s3:TestEvent, an EventBridge S3 event, or a whole
 * Lambda event of SQS or SNS. Never throws: what cannot be read is reported record by record.
 *
 * @example parseMessage(record.body).events.map((event) => event.key)
 */
export function parseMessage(body: string): ParsedMessage {
  const found: Found = { events: [], failures: [], testEvents: 0 }
  readText(body, found, 0)
  const { events, failures, testEvents } = found
  if (events.length > 0) return { kind: 'events', events, failures }
  return { kind: failures.length === 0 && testEvents > 0 ? 'test-event' : 'unreadable', events, failures }
}

interface Found {
  events: ObjectEvent[]
  failures: UnreadableRecord[]
  testEvents: number
}

// A Lambda event holds a body, which holds an envelope, which holds a notification
const DEEPEST = 3

function readText(text: string, found: Found, depth: number): void {
  if (depth > DEEPEST) return fail(found, 'message is nested too deep')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return fail(found, `message is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof value !== 'object' || value === null) return fail(found, 'message is not a JSON object')
  if ('Records' in value) return readRecords(value.Records, found, depth)
  const envelope = SnsEnvelope.safeParse(value)
  if (envelope.success) return readText(envelope.data.Message, found, depth + 1)
  if (S3TestEvent.safeParse(value).success) found.testEvents += 1
  else if ('detail-type' in value) readRecord(value, found, parseEventBridgeEvent)
  else fail(found, 'message is neither an S3 notification, an SNS envelope, an s3:TestEvent nor an EventBridge event')
}

function readRecords(records: unknown, found: Found, depth: number): void {
  if (!Array.isArray(records)) return fail(found, 'Records is not a list')
  if (records.length === 0) return fail(found, 'Records is empty')
  for (const record of records) {
    const text = innerText(record)
    if (text === undefined) readRecord(record, found, parseS3Record)
    else readText(text, found, depth + 1)
  }
}

/** The message inside one record of a Lambda event; undefined for a record of S3's own. */
function innerText(record: unknown): string | undefined {
  if (typeof record !== 'object' || record === null || 's3' in record) return undefined
  const sqs = SqsRecord.safeParse(record)
  if (sqs.success) return sqs.data.body
  const sns = SnsRecord.safeParse(record)
  return sns.success ? sns.data.Sns.Message : undefined
}

function readRecord(record: unknown, found: Found, parse: (record: unknown) => ObjectEvent): void {
  try {
    found.events.push(parse(record))
  } catch (error) {
    fail(found, messageOf(error), record)
  }
}

function fail(found: Found, error: string, record?: unknown): void {
  const index = found.events.length + found.failures.length + found.testEvents
  const named = NamedRecord.safeParse(record)
  const { bucket, object } = named.success ? named.data.s3 : {}
  found.failures.push({
    index,
    error,
    ...(bucket?.name === undefined ? {} : { bucket: bucket.name }),
    ...(object?.key === undefined ? {} : { rawKey: object.key }),
  })
}

/** As much of an unreadable record as tells an operator what it was about. */
const NamedRecord = z.object({
  s3: z.object({
    bucket: z.object({ name: z.string().optional() }).optional(),
    object: z.object({ key: z.string().optional() }).optional(),
  }),
})

function messageOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  }
  return error instanceof Error ? error.message : String(error)
}
