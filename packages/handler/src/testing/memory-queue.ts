import type { DeadLetter } from '../dead-letter.ts'
import type { MessageQueue } from '../message-queue.ts'

/** What a handler did to its messages. */
export interface MemoryQueue extends MessageQueue {
  /** Seconds after which a message comes again, by its id. */
  visibility: Map<string, number>
  deadLetters: DeadLetter[]
}

export function createMemoryQueue(): MemoryQueue {
  const visibility = new Map<string, number>()
  const deadLetters: DeadLetter[] = []
  return {
    visibility,
    deadLetters,
    changeVisibility: async (receiptHandle, seconds) =>
      void visibility.set(receiptHandle.replace('receipt-of-', ''), seconds),
    sendDeadLetter: async (letter) => void deadLetters.push(letter),
  }
}
