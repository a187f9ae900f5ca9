import type { SQSClient } from '@aws-sdk/client-sqs'
import type { SubscriberRegistration } from '@fanout/schemas'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DeadLetter } from './dead-letter.ts'
import { letterDocument } from './letter-document.ts'
import { openDeadLetterQueue } from './open-dead-letter-queue.ts'
import { isChosen, type DeadLetterChoice } from './select-dead-letters.ts'

export interface DiscardOptions extends DeadLetterChoice {
  /** Where they are written to before they are deleted, one JSON object a line; a file that exists is carried on. */
  exportFile: string
  signal?: AbortSignal
  onStart?: (count: number) => void
  onProgress?: (looked: number) => void
}

export interface DiscardResult {
  subscriber: string
  exportFile: string
  /** Written down and deleted. */
  done: number
  /** Left, because they are not meant. */
  others: number
  /** Written down, but SQS did not delete them. */
  failed: { messageId: string }[]
  isInterrupted: boolean
}

const HIDDEN_SECONDS = 120

/** Deletes dead letters, each after it is safely in a file. */
export async function discardDeadLetters(
  sqs: SQSClient,
  subscriber: SubscriberRegistration,
  { exportFile, signal, onStart, onProgress, ...choice }: DiscardOptions,
): Promise<DiscardResult> {
  const queue = await openDeadLetterQueue(sqs, subscriber, HIDDEN_SECONDS)
  onStart?.(queue.count)
  const result = { subscriber: subscriber.name, exportFile, done: 0, others: 0, failed: [] as { messageId: string }[] }
  await mkdir(dirname(exportFile), { recursive: true, mode: 0o700 })
  // Messages name people's files
  const file = await open(exportFile, 'a', 0o600)
  try {
    while (!signal?.aborted) {
      const letters = await queue.take()
      if (letters.length === 0) break
      const chosen = letters.filter((letter) => isChosen(letter, choice))
      await write(file, chosen)
      const kept = await queue.remove(chosen)
      result.done += chosen.length - kept.length
      result.others += letters.length - chosen.length
      result.failed.push(...kept.map(({ messageId }) => ({ messageId })))
      onProgress?.(letters.length)
    }
  } finally {
    await file.close()
    await queue.close()
  }
  return { ...result, isInterrupted: signal?.aborted ?? false }
}

async function write(file: FileHandle, letters: readonly DeadLetter[]): Promise<void> {
  if (letters.length === 0) return
  await file.appendFile(letters.map((letter) => `${JSON.stringify(letterDocument(letter))}\n`).join(''))
  await file.sync()
}
