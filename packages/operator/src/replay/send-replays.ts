import type { SQSClient } from '@aws-sdk/client-sqs'
import { setTimeout as sleep } from 'node:timers/promises'
import { chunk } from '../flow/chunk.ts'
import { createPace } from '../flow/pace.ts'
import { sendMessages } from '../stage/send-messages.ts'
import { replayMessage, type ReplayedObject, type ReplayRun } from './replay-message.ts'

export interface SendOptions {
  /** Messages a second at most. */
  rate: number
  signal?: AbortSignal | undefined
  /** All up to this object are in the queue: whoever goes on after it leaves nothing out. */
  onSent: (last: ReplayedObject, count: number) => Promise<void>
}

const IN_FLIGHT = 100

/**
 * Sends objects to one subscriber's queue, in order; ends early, after what it has begun, when the signal says so.
 * @throws {Error} when SQS keeps refusing a message
 */
export async function sendReplays(
  sqs: SQSClient,
  queueUrl: string,
  run: ReplayRun,
  objects: AsyncIterable<ReplayedObject[]>,
  { rate, signal, onSent }: SendOptions,
): Promise<void> {
  const pace = createPace(rate)
  // At a low rate nobody waits long for Ctrl-C, nor for the first message
  const size = Math.min(IN_FLIGHT, Math.max(1, Math.floor(rate / 2)))
  for await (const page of objects) {
    for (const some of chunk(page, size)) {
      await pace(some.length, signal)
      const last = some.at(-1)
      if (signal?.aborted || !last) return
      await Promise.all(
        chunk(some, 10).map((ten) =>
          sendAll(
            sqs,
            queueUrl,
            ten.map((object) => replayMessage(object, run)),
          ),
        ),
      )
      await onSent(last, some.length)
    }
  }
}

const ATTEMPTS = 4

/** One entry of a batch may be refused while the call is fine: the SDK does not try that again. */
async function sendAll(sqs: SQSClient, queueUrl: string, bodies: string[]): Promise<void> {
  let left = bodies
  for (let attempt = 1; ; attempt++) {
    const refused = await sendMessages(
      sqs,
      queueUrl,
      left.map((body) => ({ body })),
    )
    if (refused.size === 0) return
    const [reason] = refused.values()
    if (attempt === ATTEMPTS) throw new Error(`SQS refuses ${refused.size} of ${bodies.length} messages: ${reason}`)
    left = left.filter((_, index) => refused.has(index))
    await sleep(200 * 2 ** attempt)
  }
}
