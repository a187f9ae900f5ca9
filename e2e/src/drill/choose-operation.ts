import { ARCHIVES, type Bucket, type Version } from './bucket.ts'
import type { Content } from './content.ts'
import type { Operation } from './operation.ts'
import type { Random } from './random.ts'
import { createSequencer, type Sequencers } from './sequencers.ts'

export interface ChoiceOptions {
  contents: Content[]
  sequencers: Sequencers
  /** Only what a client can do, and nothing that S3 does by its own rules. */
  isByClients?: boolean
}

/** What there is to choose from. */
export interface Choice {
  bucket: Bucket
  key: string
  number: number
  options: ChoiceOptions
  random: Random
  others: string[]
  mayArchive: boolean
}

export type Chosen = Omit<Operation, 'key' | 'at' | 'requestId'>

/** One that is possible in the bucket as it is. */
export function chooseOperation(choice: Choice): Chosen {
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

export function restore({ versionId, eTag, content }: Version, { sequencer }: Pick<Operation, 'sequencer'>): Chosen {
  const said = { type: 'restore', eventName: 'ObjectRestore:Completed', versionId, eTag } as const
  return { ...said, ...(content && { content }), ...(sequencer !== undefined && { sequencer }) }
}
