import type { SQSRecord } from 'aws-lambda'
import type { Verdict } from './run-job.ts'

// Lines stay under 300 bytes beyond the logger's own fields, whatever the key and the error message are
const LONGEST_KEY = 80
const LONGEST_REASON = 90

/** The fields of the one log line that a delivery gets. Never the body of an object, never the whole event. */
export function describeDelivery(
  { messageId }: SQSRecord,
  receiveCount: number,
  { event, outcome, durationMs }: Verdict,
) {
  const key = 'key' in event ? event.key : event.rawKey
  return {
    messageId,
    receiveCount,
    durationMs,
    ...(key === undefined ? {} : { key: clip(key, LONGEST_KEY) }),
    ...(reasonOf(outcome) === undefined ? {} : { reason: clip(reasonOf(outcome) ?? '', LONGEST_REASON) }),
  }
}

/** Why a delivery did not end as done. */
export function reasonOf(outcome: Verdict['outcome']): string | undefined {
  switch (outcome.type) {
    case 'done':
      return undefined
    case 'skipped':
    case 'rejected':
      return outcome.reason
    case 'failed':
      return outcome.error.message || outcome.error.name
  }
}

function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}
