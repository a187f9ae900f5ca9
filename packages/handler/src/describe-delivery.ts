import type { SQSRecord } from 'aws-lambda'
import type { Verdict } from './run-job.ts'

// Beside the logger's own fields. CloudWatch bills by the byte, and keys and error messages have no small limit
const LONGEST_LINE = 300

/** The fields of the one log line that a delivery gets. Never the body of an object, never the whole event. */
export function describeDelivery({ messageId }: SQSRecord, receiveCount: number, verdict: Verdict) {
  const { event, outcome, durationMs } = verdict
  const key = ('key' in event ? event.key : event.rawKey) ?? ''
  const reason = reasonOf(outcome) ?? ''
  const fixed = { bucket: event.bucket ?? '', messageId, receiveCount, durationMs }
  const free = LONGEST_LINE - bytesOf({ ...fixed, key: '', reason: '' })
  const shortKey = clip(key, Math.max(free / 2, free - textBytes(reason)))
  return { ...fixed, key: shortKey, reason: clip(reason, free - textBytes(shortKey)) }
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

/** The beginning of a text that takes at most so many bytes in a JSON string. */
function clip(text: string, bytes: number): string {
  if (textBytes(text) <= bytes) return text
  let clipped = ''
  let free = bytes - textBytes('…')
  for (const char of text) {
    free -= textBytes(char)
    if (free < 0) break
    clipped += char
  }
  return `${clipped}…`
}

const textBytes = (text: string) => bytesOf(text) - bytesOf('')
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))
