import { availableParallelism } from 'node:os'
import type { Site } from '../api.ts'
import type { ReceivedMessage } from '../sqs/message.ts'
import type { Queue } from '../sqs/queue.ts'
import { readBatchItemFailures, toSqsEvent } from './sqs-batch.ts'

/** A mapping as its template describes it. */
export interface MappingConfig {
  functionName: string
  queueArn: string
  batchSize: number
  windowSeconds: number
  maximumConcurrency: number
  reportsBatchItemFailures: boolean
}

// Lambda's limit for what an invocation gets
const maximumPayloadBytes = 6 * 1024 * 1024
// In real time: a long poll in process costs one timer
const pollMs = 20_000

/**
 * Feeds a queue's messages to a function as Lambda does: those that were worked on are deleted, and failed ones are left
 * alone, so they come back when their own visibility ends. Returns how to stop it; invocations that run then still end.
 */
export function startMapping(
  config: MappingConfig,
  queue: Queue,
  invoke: (event: string) => Promise<string>,
  site: Site,
): () => void {
  const stopping = new AbortController()
  const { signal } = stopping
  const most = Math.min(config.maximumConcurrency, concurrencyOfHost())
  let running = 0
  let onFree = () => {}

  async function poll() {
    while (!signal.aborted) {
      await freeSlot()
      for (const batch of splitBySize(await collect())) {
        await freeSlot()
        running++
        void work(batch)
      }
    }
  }

  /** What is not received while all slots are taken does not use up receives. */
  async function freeSlot() {
    while (running >= most) await new Promise<void>((resolve) => (onFree = resolve))
  }

  /** A full batch, or what has come when the window ends that the first message has opened. */
  async function collect() {
    const { batchSize, windowSeconds } = config
    const messages = await queue.receive({ max: batchSize, waitMs: pollMs * site.timeScale, signal })
    const end = performance.now() + (windowSeconds * 1000) / site.timeScale
    let leftMs = end - performance.now()
    while (messages.length > 0 && messages.length < batchSize && leftMs > 0 && !signal.aborted) {
      const waitMs = leftMs * site.timeScale
      messages.push(...(await queue.receive({ max: batchSize - messages.length, waitMs, signal })))
      leftMs = end - performance.now()
    }
    return messages
  }

  async function work(batch: ReceivedMessage[]) {
    try {
      const response = await invoke(toSqsEvent(batch, config.queueArn))
      const failed = config.reportsBatchItemFailures ? readBatchItemFailures(response, batch) : new Set()
      for (const message of batch) if (!failed.has(message.MessageId)) queue.remove(message.ReceiptHandle)
    } catch (error) {
      if (!signal.aborted) site.warn(`${config.functionName}: ${describe(error)}; ${count(batch)} will come again`)
    } finally {
      running--
      onFree()
    }
  }

  void poll()
  return () => stopping.abort()
}

/** Every function has as many: more of them would only compete for cores and memory. */
function concurrencyOfHost(): number {
  return Math.max(2, Math.floor(availableParallelism() / 2))
}

function splitBySize(messages: ReceivedMessage[]): ReceivedMessage[][] {
  const batches: ReceivedMessage[][] = []
  let bytes = Infinity
  for (const message of messages) {
    bytes += Buffer.byteLength(message.Body)
    if (bytes > maximumPayloadBytes) {
      batches.push([])
      bytes = Buffer.byteLength(message.Body)
    }
    batches.at(-1)!.push(message)
  }
  return batches
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function count({ length }: ReceivedMessage[]): string {
  return length === 1 ? '1 message' : `${length} messages`
}
