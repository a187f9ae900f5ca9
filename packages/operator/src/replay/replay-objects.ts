import type { SubscriberRegistration } from '@fanout/schemas'
import type { Stage } from '../stage/stage.ts'
import { saveCheckpoint, type Checkpoint } from './checkpoint.ts'
import { readSource, type ReplaySource } from './replay-source.ts'
import { sendReplays } from './send-replays.ts'

export interface ReplayOptions {
  /** Where checkpoints are kept. */
  folder: string
  rate: number
  signal?: AbortSignal
  onProgress?: (sent: number) => void
}

export interface ReplayResult {
  id: string
  subscriber: string
  /** Of the whole replay, earlier runs included. */
  sent: number
  count: number
  /** Sent by earlier runs. */
  resumedAt: number
  isInterrupted: boolean
}

type ReplayStage = Pick<Stage, 'uploadsBucket' | 'region'> & { clients: Pick<Stage['clients'], 's3' | 'sqs'> }

/** How many objects a replay would send. */
export async function countObjects(
  { clients, uploadsBucket }: ReplayStage,
  source: ReplaySource,
  signal?: AbortSignal,
): Promise<number> {
  let count = 0
  for await (const page of readSource(clients.s3, uploadsBucket, source)) {
    signal?.throwIfAborted()
    count += page.length
  }
  return count
}

/**
 * Sends the objects of a replay to its subscriber's queue and to nobody else, from its checkpoint on. A run that was killed
 * sends at most the last hundred again.
 */
export async function replayObjects(
  { clients, uploadsBucket, region }: ReplayStage,
  { queueUrl }: Pick<SubscriberRegistration, 'queueUrl'>,
  checkpoint: Checkpoint,
  { folder, rate, signal, onProgress }: ReplayOptions,
): Promise<ReplayResult> {
  const { id, source, startedAt, lastKey, sent: resumedAt } = checkpoint
  const run = { id, bucket: uploadsBucket, region, startedAt }
  let current = checkpoint
  await saveCheckpoint(folder, current)
  const after = lastKey === undefined ? undefined : { key: lastKey, count: resumedAt }
  await sendReplays(clients.sqs, queueUrl, run, readSource(clients.s3, uploadsBucket, source, after), {
    rate,
    signal,
    onSent: async ({ key }, count) => {
      current = { ...current, lastKey: key, sent: current.sent + count }
      await saveCheckpoint(folder, current)
      onProgress?.(count)
    },
  })
  const isInterrupted = signal?.aborted ?? false
  if (!isInterrupted) await saveCheckpoint(folder, { ...current, finishedAt: new Date().toISOString() })
  const { subscriber, sent, count } = current
  return { id, subscriber, sent, count, resumedAt, isInterrupted }
}
