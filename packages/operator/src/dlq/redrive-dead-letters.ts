import type { MessageAttributeValue, SQSClient } from '@aws-sdk/client-sqs'
import type { SubscriberRegistration } from '@fanout/schemas'
import { runLanes } from '../flow/lanes.ts'
import { createPace, type Pace } from '../flow/pace.ts'
import { sendMessages } from '../stage/send-messages.ts'
import type { DeadLetter } from './dead-letter.ts'
import { openDeadLetterQueue, type OpenDeadLetterQueue } from './open-dead-letter-queue.ts'
import { isChosen, type DeadLetterChoice } from './select-dead-letters.ts'

export interface RedriveOptions extends DeadLetterChoice {
  /** Messages a second at most. */
  rate: number
  /** What was sent back so often before stays: it only goes round in circles. */
  maxRedrives: number
  /** Ends the work after the messages at hand. */
  signal?: AbortSignal
  onStart?: (count: number) => void
  onProgress?: (looked: number) => void
}

export interface RedriveResult {
  subscriber: string
  /** Sent to the source queue, and gone from the dead-letter queue. */
  done: number
  /** Removed without sending: the same work was sent already. */
  duplicates: number
  /** Left, because they were sent back too often before. */
  exhausted: number
  /** Left: they were sent in this run and have failed again. */
  cameBack: number
  /** Left, because they are not meant. */
  others: number
  /** Left, because SQS refused them; `isSent`: they are in both queues. */
  failed: { messageId: string; error: string; isSent: boolean }[]
  isInterrupted: boolean
}

// Longer than ten messages take at any sensible rate
const HIDDEN_SECONDS = 300
const LANES = 4

/**
 * Sends dead letters back to their source queue: send, then delete, so that none is ever lost; one that is killed in between
 * is in both queues, which is harmless because jobs are safe to repeat. Stopped by the signal, every message is in exactly one.
 */
export async function redriveDeadLetters(
  sqs: SQSClient,
  subscriber: SubscriberRegistration,
  options: RedriveOptions,
): Promise<RedriveResult> {
  const queue = await openDeadLetterQueue(sqs, subscriber, HIDDEN_SECONDS)
  options.onStart?.(queue.count)
  const result: RedriveResult = {
    subscriber: subscriber.name,
    done: 0,
    duplicates: 0,
    exhausted: 0,
    cameBack: 0,
    others: 0,
    failed: [],
    isInterrupted: false,
  }
  const run: Run = { sqs, queueUrl: subscriber.queueUrl, queue, options, result, sent: new Map() }
  const pace = createPace(options.rate)
  try {
    if (queue.count > 0) await runLanes(LANES, (hasFailed) => redriveSome(run, pace, hasFailed))
  } finally {
    await queue.close()
  }
  return { ...result, isInterrupted: options.signal?.aborted ?? false }
}

interface Run {
  sqs: SQSClient
  queueUrl: string
  queue: OpenDeadLetterQueue
  options: RedriveOptions
  result: RedriveResult
  /** What was sent in this run, and its count of redrives then: what fails again comes back with a higher one. */
  sent: Map<string, number>
}

async function redriveSome(run: Run, pace: Pace, hasFailed: () => boolean): Promise<void> {
  const { sqs, queueUrl, queue, options, result } = run
  const { signal, rate } = options
  const most = Math.min(10, Math.max(1, Math.floor(rate)))
  while (!signal?.aborted && !hasFailed()) {
    const letters = await queue.take(most)
    if (letters.length === 0) return
    const { toSend, toRemove } = sort(letters, run)
    await pace(toSend.length, signal)
    if (signal?.aborted) return
    const messages = toSend.map((letter) => ({ body: letter.body, attributes: attributesFor(letter) }))
    const refused = await sendMessages(sqs, queueUrl, messages)
    const sent = toSend.filter((_, index) => !refused.has(index))
    const kept = new Set(await queue.remove([...sent, ...toRemove]))
    for (const { messageId } of kept) {
      result.failed.push({ messageId, error: 'sent, but SQS did not delete it', isSent: true })
    }
    result.done += sent.filter((letter) => !kept.has(letter)).length
    result.duplicates += toRemove.filter((letter) => !kept.has(letter)).length
    for (const [index, error] of refused) {
      result.failed.push({ messageId: toSend[index]?.messageId ?? '', error, isSent: false })
    }
    options.onProgress?.(letters.length)
  }
}

function sort(letters: readonly DeadLetter[], { sent, options, result }: Run) {
  const toSend: DeadLetter[] = []
  const toRemove: DeadLetter[] = []
  for (const letter of letters) {
    const before = sent.get(letter.identity)
    if (!isChosen(letter, options)) result.others += 1
    else if (before !== undefined && letter.redrives <= before) toRemove.push(letter)
    else if (before !== undefined) result.cameBack += 1
    else if (letter.redrives >= options.maxRedrives) result.exhausted += 1
    else {
      sent.set(letter.identity, letter.redrives)
      toSend.push(letter)
    }
  }
  return { toSend, toRemove }
}

/** Why it was given up is no longer true; how often it was sent back is. */
function attributesFor({ attributes, redrives }: DeadLetter): Record<string, MessageAttributeValue> {
  const others = Object.entries(attributes).filter(([name]) => !WRITTEN_ON_FAILURE.has(name))
  return {
    ...Object.fromEntries(others),
    redrives: { DataType: 'Number', StringValue: String(redrives + 1) },
  }
}

const WRITTEN_ON_FAILURE: ReadonlySet<string> = new Set([
  'subscriber',
  'errorName',
  'errorMessage',
  'attempts',
  'firstFailedAt',
  'lastFailedAt',
  'requestId',
  'redrives',
  'objectKey',
  'eventId',
  'RequestID',
  'ErrorCode',
  'ErrorMessage',
])
