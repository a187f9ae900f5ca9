import { createBucket } from './bucket.ts'
import { chooseOperation, restore, type ChoiceOptions, type Chosen } from './choose-operation.ts'
import type { Operation } from './operation.ts'
import type { Random } from './random.ts'
import { createSequencer } from './sequencers.ts'

export interface HistoryOptions extends ChoiceOptions {
  operations: number
  keys: number
  /** Between two operations. */
  meanMs: number
}

/** What happens to a bucket: few keys at a time, each of them again and again, as people and programs do. */
export function createHistory(options: HistoryOptions, random: Random): Operation[] {
  const bucket = createBucket()
  const keys = createKeys(options.keys)
  const recent: string[] = []
  const operations: Operation[] = []
  const archived = new Map<string, { key: string; versionId: string }>()
  let at = 0

  function perform(key: string, chosen: Chosen) {
    at += Math.ceil(random.next() * 2 * options.meanMs)
    const operation = { ...chosen, key, at, requestId: `REQUEST${operations.length}` }
    bucket.apply(operation, at)
    operations.push(operation)
    for (const { versionId, isArchived } of bucket.versions(key)) {
      if (isArchived) archived.set(versionId, { key, versionId })
      else archived.delete(versionId)
    }
    if (chosen.type === 'erase') archived.delete(chosen.versionId)
  }

  // What nobody can read at the end nobody could have made anything of: all that is archived is restored
  while (operations.length + archived.size < options.operations) {
    const key = recent.length > 0 && random.chance(0.7) ? random.pick(recent) : random.pick(keys)
    if (!recent.includes(key) && recent.push(key) > RECENT) recent.shift()
    const mayArchive = operations.length + archived.size + 2 <= options.operations
    perform(
      key,
      chooseOperation({ bucket, key, number: operations.length, options, random, others: recent, mayArchive }),
    )
  }
  for (const { key, versionId } of archived.values()) {
    const version = bucket.versions(key).find((one) => one.versionId === versionId)
    if (version) perform(key, restore(version, createSequencer(options.sequencers, operations.length, random)))
  }
  return operations
}

const RECENT = 8

const NAMES = [
  'photo.jpg',
  'a b+c.png',
  'ümlaut/straße.jpg',
  'cafe\u0301.png',
  '100%25',
  'dots/../up.png',
  'folder/',
  'notes.txt',
  'emoji 😀.jpg',
  'quo"te&<tag>.png',
  'line\nbreak.jpg',
]

function createKeys(count: number): string[] {
  return Array.from({ length: count }, (_, number) => {
    const name = NAMES[number % NAMES.length]
    return `${Math.floor(number / NAMES.length)}/${name}`
  })
}
