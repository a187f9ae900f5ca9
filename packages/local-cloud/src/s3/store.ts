import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { ApiError } from '../api.ts'
import type { Checksum } from './checksums.ts'

/** Calls the topic when the event happens to a key between prefix and suffix. */
export interface BucketNotification {
  /** With S3's prefix and perhaps a star, as `s3:ObjectCreated:*`. */
  event: string
  topicArn: string
  prefix?: string
  suffix?: string
}

export interface Bucket {
  name: string
  created: number
  versioning: 'Off' | 'Enabled' | 'Suspended'
  notifications: BucketNotification[]
  /** The newest that was given to a change. */
  sequencer: string
}

interface Place {
  key: string
  versionId: string
  /** 18 hex digits; orders the versions of a key. */
  sequencer: string
  /** Milliseconds, in whole seconds as S3 keeps it. */
  modified: number
}

export interface ObjectContent {
  type: 'object'
  blob: string
  size: number
  eTag: string
  /** Response headers that came with the upload: content headers and user metadata. */
  headers: Record<string, string>
  tags: [key: string, value: string][]
  checksum?: Checksum | undefined
}

export type StoredObject = ObjectContent & Place
export type Version = StoredObject | ({ type: 'marker' } & Place)

export type Store = ReturnType<typeof createStore>

/** Buckets and the versions of their objects. Keys are kept as bytes: their order is S3's, and any character is one. */
export function createStore(database: DatabaseSync) {
  database.exec(`
    CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, data TEXT, sequencer TEXT) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS versions (bucket TEXT, key BLOB, sequencer TEXT, versionId TEXT, data TEXT,
      PRIMARY KEY (bucket, key, sequencer DESC)) WITHOUT ROWID;`)
  const prepare = (sql: string) => database.prepare(sql)
  const [begin, commit] = [prepare('BEGIN'), prepare('COMMIT')]
  const saveBucket = prepare('INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)')
  const saveSequencer = prepare('UPDATE buckets SET sequencer = ? WHERE name = ?')
  const selectNewest = prepare('SELECT * FROM versions WHERE bucket = ? AND key = ? LIMIT 1')
  const selectVersion = prepare('SELECT * FROM versions WHERE bucket = ? AND key = ? AND versionId = ?')
  const insert = prepare('INSERT OR REPLACE INTO versions VALUES (?, ?, ?, ?, ?)')
  const drop = prepare('DELETE FROM versions WHERE bucket = ? AND key = ? AND sequencer = ?')
  // Of the first key only what is older than a given version, when a page of versions ended within it
  const selectFrom = prepare(
    'SELECT * FROM versions WHERE bucket = ?1 AND key >= ?2 AND NOT (key = ?2 AND sequencer >= ?3) ORDER BY key, sequencer DESC',
  )
  const buckets = new Map<string, Bucket>()
  for (const row of prepare('SELECT * FROM buckets').all()) {
    const bucket: Bucket = { ...JSON.parse(String(row['data'])), sequencer: row['sequencer'] }
    buckets.set(bucket.name, bucket)
  }

  function bucket(name: string): Bucket {
    const found = buckets.get(name)
    if (found) return found
    throw new ApiError(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: name })
  }

  function setBucket(changed: Bucket): void {
    buckets.set(changed.name, changed)
    saveBucket.run(changed.name, JSON.stringify(changed), changed.sequencer)
  }

  /** The newest version, which may be a delete marker. */
  function newest({ name }: Bucket, key: string): Version | undefined {
    return toVersion(selectNewest.get(name, Buffer.from(key)))
  }

  function version({ name }: Bucket, key: string, versionId: string): Version | undefined {
    return toVersion(selectVersion.get(name, Buffer.from(key), versionId))
  }

  /** Adds a version, or replaces the only one (`null`) that a bucket without versioning has of a key. */
  function add<Content extends ObjectContent | { type: 'marker' }>(to: Bucket, key: string, content: Content) {
    const isVersioned = to.versioning === 'Enabled'
    const replaced = isVersioned ? undefined : version(to, key, 'null')
    const sequencer = nextSequencer(to)
    // The id ends in its sequencer, so that a listing can go on after a version that is gone by then
    const versionId = isVersioned
      ? `${randomBytes(12).toString('base64url').replaceAll('-', '.')}${sequencer.slice(2)}`
      : 'null'
    const modified = Math.floor(Date.now() / 1000) * 1000
    const added = { ...content, key, versionId, sequencer, modified }
    begin.run()
    if (replaced) drop.run(to.name, Buffer.from(key), replaced.sequencer)
    insert.run(to.name, Buffer.from(key), sequencer, versionId, JSON.stringify(added))
    saveSequencer.run(sequencer, to.name)
    commit.run()
    return { added, replaced }
  }

  /** Returns the sequencer of the removal. */
  function remove(from: Bucket, { key, sequencer }: Version): string {
    const next = nextSequencer(from)
    begin.run()
    drop.run(from.name, Buffer.from(key), sequencer)
    saveSequencer.run(next, from.name)
    commit.run()
    return next
  }

  function change(inside: Bucket, changed: StoredObject): void {
    insert.run(inside.name, Buffer.from(changed.key), changed.sequencer, changed.versionId, JSON.stringify(changed))
  }

  /** All versions from a key on, newest first; with `olderThan` only such ones of this first key. */
  function* versionsFrom({ name }: Bucket, from: Buffer, olderThan = '~'): Generator<Version> {
    for (const row of selectFrom.iterate(name, from, olderThan)) yield JSON.parse(String(row['data']))
  }

  function* blobs(): Generator<string> {
    for (const { blob } of prepare("SELECT data ->> 'blob' AS blob FROM versions").iterate()) yield String(blob)
  }

  return { buckets, bucket, setBucket, newest, version, add, remove, change, versionsFrom, blobs }
}

/** Made as AWS's are: 00, the seconds since 1970, their fraction; but never twice the same, nor lower, in one bucket. */
function nextSequencer(bucket: Bucket): string {
  const now = (BigInt(Date.now()) << 32n) / 1000n
  const next = BigInt(`0x0${bucket.sequencer}`) + 1n
  bucket.sequencer = (now > next ? now : next).toString(16).toUpperCase().padStart(18, '0')
  return bucket.sequencer
}

function toVersion(row: Record<string, unknown> | undefined): Version | undefined {
  return row && JSON.parse(String(row['data']))
}
