import type { SQSRecord } from 'aws-lambda'

/** Why a message is given up. */
export interface DeathCause {
  subscriber: string
  error: Error
  /** Receives of the message. */
  attempts: number
  /** Lambda's request id, to find the log lines. */
  requestId: string
  /** ISO 8601. */
  failedAt: string
}

/**
 * The attributes by which tools tell who gave a message up, when and why. SQS takes ten at most, and none that is empty.
 * `redrives` is carried on from a message that was sent back from the dead-letter queue before.
 */
export function deadLetterAttributes(record: SQSRecord, cause: DeathCause) {
  const { subscriber, error, attempts, requestId, failedAt } = cause
  const firstReceived = Number(record.attributes.ApproximateFirstReceiveTimestamp)
  return {
    subscriber: text(subscriber),
    errorName: text(error.name),
    errorMessage: text(error.message),
    attempts: number(attempts),
    firstFailedAt: text(new Date(firstReceived || Date.parse(failedAt)).toISOString()),
    lastFailedAt: text(failedAt),
    requestId: text(requestId),
    redrives: number(Number(record.messageAttributes.redrives?.stringValue ?? 0)),
  }
}

const LONGEST_TEXT = 1024

function text(value: string) {
  // SQS refuses characters that XML 1.0 does not have
  const clean = value.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
  return { DataType: 'String', StringValue: clean.slice(0, LONGEST_TEXT) || 'unknown' }
}

function number(value: number) {
  return { DataType: 'Number', StringValue: String(value) }
}
