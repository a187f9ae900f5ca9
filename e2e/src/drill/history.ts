import { ARCHIVES, createBucket, type Bucket, type Version } from './bucket.ts'
import type { Content } from './content.ts'
import type { Operation } from './operation.ts'
import type { Random } from './random.ts'

export interface HistoryOptions {
  operations: number
  keys: number
  contents: Content[]
  sequencers: Sequencers
  /** Only what a client can do, and nothing that S3 does by its own rules. */
  isByClients?: boolean
  /** Between two operations. */
  meanMs: number
}

/** What orders events: S3's own; LocalStack's, which are all the same; nothing, as with moto. */
export type Sequencers = (typeof SEQUENCERS)[number]
export const SEQUENCERS = ['aws', 'constant', 'none'] as const

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

interface Choice {
  bucket: Bucket
  key: string
  number: number
  options: HistoryOptions
  random: Random
  others: string[]
  mayArchive: boolean
}

type Chosen = Omit<Operation, 'key' | 'at' | 'requestId'>

/** One that is possible in the bucket as it is. */
function chooseOperation(choice: Choice): Chosen {
  const { bucket, key, number, random, options, others, mayArchive } = choice
  const versions = bucket.versions(key)
  const latest = versions.at(-1)
  const made = { versionId: `version-${number}`, ...createSequencer(options.sequencers, number, random) }
  const draw = random.next()
  const by = options.isByClients ? CLIENTS : EVERYBODY
  if (!latest || draw < 0.4) return write(random.pick(options.contents), made, by, random)
  if (draw < 0.5) {
    const copyOf = random.pick(others)
    const { content, isArchived = false } = bucket.current(copyOf) ?? {}
    if (content && !isArchived)
      return { ...made, type: 'write', eventName: 'ObjectCreated:Copy', content, eTag: content.eTag, copyOf }
  }
  if (draw < 0.65 && latest.content) {
    return { ...made, type: 'hide', eventName: `${random.pick(by.removals)}:DeleteMarkerCreated` }
  }
  if (draw < 0.7 && latest.isArchived) return restore(latest, made)
  if (draw < 0.75 && latest.content) return annotate(latest, by, mayArchive, random)
  // An undelete is the erasure of a delete marker
  const erased = draw < 0.85 ? latest : random.pick(versions)
  return { ...made, type: 'erase', versionId: erased.versionId, eventName: `${random.pick(by.removals)}:Delete` }
}

const CLIENTS = {
  writes: ['Put'],
  removals: ['ObjectRemoved'],
  annotations: ['ObjectTagging:Put', 'ObjectTagging:Delete'],
}

const EVERYBODY = {
  writes: ['Put', 'Put', 'Put', 'Post', 'CompleteMultipartUpload'],
  removals: ['ObjectRemoved', 'ObjectRemoved', 'LifecycleExpiration'],
  annotations: ['ObjectTagging:Put', 'ObjectTagging:Delete', 'ObjectAcl:Put', 'LifecycleTransition'],
}

type Made = Pick<Operation, 'versionId' | 'sequencer'>

function write(content: Content, made: Made, { writes }: typeof EVERYBODY, random: Random): Chosen {
  const eventName = random.pick(writes)
  const eTag = eventName === 'CompleteMultipartUpload' ? `${content.eTag}-2` : content.eTag
  return { ...made, type: 'write', eventName: `ObjectCreated:${eventName}`, content, eTag }
}

function annotate(version: Version, by: typeof EVERYBODY, mayArchive: boolean, random: Random): Chosen {
  const { versionId, eTag } = version
  const eventName = random.pick(by.annotations)
  const annotation: Chosen = { type: 'annotate', versionId, eTag, eventName }
  if (eventName !== 'LifecycleTransition') return annotation
  return { ...annotation, storageClass: random.pick(mayArchive ? [...READABLE, ...ARCHIVES] : READABLE) }
}

const READABLE = ['STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR']

function restore({ versionId, eTag, content }: Version, { sequencer }: Pick<Operation, 'sequencer'>): Chosen {
  const said = { type: 'restore', eventName: 'ObjectRestore:Completed', versionId, eTag } as const
  return { ...said, ...(content && { content }), ...(sequencer !== undefined && { sequencer }) }
}

function createSequencer(kind: Sequencers, number: number, random: Random): Pick<Operation, 'sequencer'> {
  switch (kind) {
    case 'aws':
      return { sequencer: growing(number, random) }
    case 'constant':
      return { sequencer: '0055AED6DCD90281E5' }
    case 'none':
      return {}
  }
}

/**
 * Like those of S3, which grow with time. In some, the zeros at the end are left out: padded on the wrong side they would
 * be too small.
 */
function growing(number: number, random: Random): string {
  const full = (0x678ff0c11a2b3c00n + BigInt(number) * 8n).toString(16).toUpperCase().padStart(18, '0')
  const text = random.chance(0.5) ? full.replace(/(00)+$/, '') : full
  return random.chance(0.1) ? text.toLowerCase() : text
}

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
