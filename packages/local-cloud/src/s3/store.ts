import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { ApiError } from '../api.ts'
import type { Checksum } from './checksums.ts'
import type { BucketNotification } from './notifications.ts'
import { createTable } from './table.ts'

export interface Bucket {
  name: string
  created: number
  versioning: 'Off' | 'Enabled' | 'Suspended'
  notifications: BucketNotification[]
  /** Of the newest change. */
  sequencer: string
}

interface Place {
  key: string
  versionId: string
  /** 18 hex digits; orders the versions of a key. */
  sequencer: string
  /** Milliseconds, but in whole seconds as S3 keeps it. */
  modified: number
}

export interface ObjectContent {
  blob: string
  size: number
  eTag: string
  /** Response headers that came with the upload: content headers and user metadata. */
  headers: Record<string, string>
  tags: [key: string, value: string][]
  checksum?: Checksum | undefined
}

export type StoredObject = { type: 'object' } & ObjectContent & Place
export type Version = StoredObject | ({ type: 'marker' } & Place)

export type Store = ReturnType<typeof createStore>

/** Buckets and the versions of their objects. */
export function createStore(database: DatabaseSync) {
  const saved = createTable<Bucket>(database, 'buckets')
  const versions = createTable<Version>(database, 'versions', 'DESC')
  const buckets = new Map(saved.all().map((bucket) => [bucket.name, bucket]))
  const [begin, commit] = [database.prepare('BEGIN'), database.prepare('COMMIT')]

  function bucket(name: string): Bucket {
    const found = buckets.get(name)
    if (found) return found
    throw new ApiError(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: name })
  }

  function setBucket(changed: Bucket): void {
    buckets.set(changed.name, changed)
    saved.set(changed.name, '', '', changed)
  }

  /** The newest version, which may be a delete marker. */
  function newest({ name }: Bucket, key: string): Version | undefined {
    const [version] = versions.from(name, Buffer.from(key))
    return version?.key === key ? version : undefined
  }

  function version(of: Bucket, key: string, versionId: string): Version | undefined {
    if (versionId !== 'null') return versions.get(of.name, key, sequencerIn(versionId))
    for (const one of versions.from(of.name, Buffer.from(key))) {
      if (one.key !== key || one.versionId === 'null') return one.key === key ? one : undefined
    }
    return undefined
  }

  /** Adds a version, or replaces the one called null, the only one that a bucket without versioning has of a key. */
  function add<Content extends object>(to: Bucket, key: string, content: Content) {
    const isVersioned = to.versioning === 'Enabled'
    const replaced = isVersioned ? undefined : version(to, key, 'null')
    const sequencer = nextSequencer(to)
    const versionId = isVersioned ? createVersionId(sequencer) : 'null'
    const added = { ...content, key, versionId, sequencer, modified: wholeSecond() }
    begin.run()
    if (replaced) versions.remove(to.name, key, replaced.sequencer)
    versions.set(to.name, key, sequencer, added as Content & Version)
    setBucket(to)
    commit.run()
    return { added, replaced }
  }

  /** Returns the sequencer of the removal. */
  function remove(from: Bucket, { key, sequencer }: Version): string {
    nextSequencer(from)
    begin.run()
    versions.remove(from.name, key, sequencer)
    setBucket(from)
    commit.run()
    return from.sequencer
  }

  const change = ({ name }: Bucket, changed: Version) => versions.set(name, changed.key, changed.sequencer, changed)

  return { buckets, bucket, setBucket, newest, version, add, remove, change, versions }
}

/** Made as AWS's are: 00, the seconds since 1970, their fraction; but never twice the same, nor lower, in one bucket. */
function nextSequencer(bucket: Bucket): string {
  const now = (BigInt(Date.now()) << 32n) / 1000n
  const next = BigInt(`0x0${bucket.sequencer}`) + 1n
  bucket.sequencer = (now > next ? now : next).toString(16).toUpperCase().padStart(18, '0')
  return bucket.sequencer
}

/** The id ends in the sequencer: a version is found by it, and a listing goes on after one that is gone by then. */
function createVersionId(sequencer: string): string {
  return `${randomBytes(12).toString('base64url').replaceAll('-', '.')}${sequencer.slice(2)}`
}

export function sequencerIn(versionId: string): string {
  return `00${versionId.slice(-16)}`
}

export function wholeSecond(): number {
  return Math.floor(Date.now() / 1000) * 1000
}
