import type { DeadLetter } from './dead-letter.ts'
import { commonReason } from './group-dead-letters.ts'

/** Which dead letters are meant: all that fit every given condition. */
export interface DeadLetterChoice {
  /** Message ids. */
  ids?: readonly string[]
  /** A part of the reason or of the error's name, as list or peek show them. */
  reason?: string
  /** Of an object's key. */
  prefix?: string
}

export function isChosen(letter: DeadLetter, { ids, reason, prefix }: DeadLetterChoice): boolean {
  if (ids && !ids.includes(letter.messageId)) return false
  if (prefix !== undefined && !letter.keys.some((key) => key.startsWith(prefix))) return false
  if (reason === undefined) return true
  const texts = [letter.reason, commonReason(letter), letter.errorName ?? '']
  return texts.some((text) => text.toLowerCase().includes(reason.toLowerCase()))
}
