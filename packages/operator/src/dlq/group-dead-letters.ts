import type { DeadLetter, DeadLetterKind } from './dead-letter.ts'

/** Dead letters of one subscriber that are there for the same reason. */
export interface DeadLetterGroup {
  subscriber: string
  kind: DeadLetterKind
  errorName: string | undefined
  /** Without what differs between them: keys, ids, times. */
  reason: string
  /** Different pieces of work; `messages` counts those twice that are there twice. */
  count: number
  messages: number
  oldest: string
  newest: string
  /** The most often that one of them was sent back before. */
  redrives: number
  /** Some of the objects. */
  keys: string[]
}

const MOST_KEYS = 5

/** Groups by subscriber, kind and reason; the largest group first. */
export function groupDeadLetters(letters: readonly DeadLetter[]): DeadLetterGroup[] {
  const groups = new Map<string, { group: DeadLetterGroup; identities: Set<string> }>()
  for (const letter of letters) {
    const { subscriber, kind, errorName, sentAt, lastFailedAt = sentAt } = letter
    const reason = commonReason(letter)
    const id = JSON.stringify([subscriber, kind, errorName, reason])
    const found = groups.get(id) ?? {
      group: {
        subscriber,
        kind,
        errorName,
        reason,
        count: 0,
        messages: 0,
        oldest: lastFailedAt,
        newest: lastFailedAt,
        redrives: 0,
        keys: [],
      },
      identities: new Set(),
    }
    groups.set(id, found)
    const { group, identities } = found
    identities.add(letter.identity)
    group.count = identities.size
    group.messages += 1
    if (lastFailedAt < group.oldest) group.oldest = lastFailedAt
    if (lastFailedAt > group.newest) group.newest = lastFailedAt
    group.redrives = Math.max(group.redrives, letter.redrives)
    group.keys = [...new Set([...group.keys, ...letter.keys])].slice(0, MOST_KEYS)
  }
  return [...groups.values()].map(({ group }) => group).toSorted((a, b) => b.count - a.count)
}

/** The reason without what only this letter says: `cannot read KEY`. */
export function commonReason({ reason, keys, events }: Pick<DeadLetter, 'reason' | 'keys' | 'events'>): string {
  const names = [...keys, ...events.map(({ rawKey }) => rawKey)].toSorted((a, b) => b.length - a.length)
  const withoutKeys = names.reduce((text, key) => (key === '' ? text : text.replaceAll(key, 'KEY')), reason)
  return withoutKeys
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, 'ID')
    .replaceAll(/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z\b/g, 'TIME')
    .replaceAll(/\b(?=[0-9A-Z]*\d)[0-9A-Z]{16}\b|\b[0-9a-f]{16,}\b/g, 'ID')
    .replaceAll(/[A-Za-z0-9+/]{40,}={0,2}/g, 'ID')
    .replaceAll(/\d{4,}/g, 'N')
}
