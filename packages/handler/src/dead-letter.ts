import type { SQSRecord } from 'aws-lambda'
import { failedPart } from './failed-part.ts'
import type { Invocation } from './invocation.ts'
import type { Failed, Verdict } from './run-job.ts'

/** A message for the dead-letter queue, which says why it is there. */
export interface DeadLetter {
  body: string
  attributes: Record<string, { DataType: 'String' | 'Number'; StringValue: string }>
}

/**
 * What is left of a message that is given up: those records of it that failed, with who gave them up, when and why. Whoever
 * sends it back raises `redrives` by one, and it is carried on from there.
 */
export function createDeadLetter(
  message: SQSRecord,
  verdicts: Verdict[],
  failed: [Failed, ...Failed[]],
  { env, requestId, now }: Pick<Invocation, 'env' | 'requestId' | 'now'>,
): DeadLetter {
  const { body, attributes, messageAttributes } = message
  const [{ event, outcome }] = failed
  const key = 'key' in event ? event.key : event.rawKey
  const firstReceived = Number(attributes.ApproximateFirstReceiveTimestamp)
  return {
    body: failedPart(
      body,
      verdicts.map((verdict) => verdict.outcome.type === 'failed'),
    ),
    // SQS takes ten at most
    attributes: {
      subscriber: text(env.SUBSCRIBER),
      errorName: text(outcome.error.name),
      errorMessage: text([...new Set(failed.map((one) => one.outcome.error.message))].join('; ')),
      attempts: number(Number(attributes.ApproximateReceiveCount)),
      firstFailedAt: text(new Date(firstReceived || now()).toISOString()),
      lastFailedAt: text(new Date(now()).toISOString()),
      requestId: text(requestId),
      redrives: number(Number(messageAttributes.redrives?.stringValue) || 0),
      ...(key === undefined ? {} : { objectKey: text(key) }),
      ...('id' in event ? { eventId: text(event.id) } : {}),
    },
  }
}

const LONGEST_TEXT = 1024

// SQS refuses empty values, and characters that XML 1.0 does not have
function text(value: string) {
  const clean = value
    .slice(0, LONGEST_TEXT)
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
  return { DataType: 'String' as const, StringValue: clean || 'unknown' }
}

function number(value: number) {
  return { DataType: 'Number' as const, StringValue: String(value) }
}
