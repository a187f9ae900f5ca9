import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { Tag } from '@aws-sdk/client-s3'
import type { Blobs, Content } from './blobs.ts'
import { fail } from './errors.ts'
import type { BucketNotification } from './notifications.ts'

/** Rows have the names of the SDK's outputs: answers are made of them. */
export interface Row {
  Key: string
  /** 16 hex digits, with which its id ends. The rows of a key go from high to low, also on from one that is gone. */
  rank: string
  LastModified: Date
}

export interface Bucket extends Row {
  versioning: 'Off' | 'Enabled' | 'Suspended'
  notifications: BucketNotification[]
  /** Ranks up to this one can have been given before a restart: saving it ahead, not each change has to. */
  reserved: string
}

/** What an upload says of its object; the headers come back with it. */
export interface Description {
  headers: Record<string, unknown>
  TagSet: Tag[]
}

/** A delete marker is a version of no bytes. */
export interface Version extends Row, Description, Content {
  VersionId: string
  isMarker: boolean
}

/** A multipart upload in progress. `seen`: the rank of the version that was the newest when it began. */
export interface Upload extends Row, Description, Pick<Content, 'checksum'> {
  UploadId: string
  parts: Part[]
  seen: string
}

export type Part = Content & { PartNumber: number; LastModified: number }

export type Store = ReturnType<typeof createStore>
export type Table<Type extends Row> = {
  find: (bucket: string, key: string, id?: string) => Type | undefined
  next: (bucket: string, from: Buffer, afterRank?: string) => Type | undefined
}

/** Buckets, the versions of their objects, and uploads in progress. */
export function createStore(file: string, blobs: Blobs) {
  const database = new DatabaseSync(file)
  // A killed process loses nothing this way, a power cut at most the last changes, and no change waits for the disk.
  // Keys are kept as bytes: their order is S3's, and any character is one
  database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS rows (place TEXT, key BLOB, id TEXT, rank TEXT, row TEXT,
      PRIMARY KEY (place, key, id)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS ranks ON rows (place, key, rank DESC)`)
  const select = database.prepare(`SELECT row FROM rows WHERE place = ?1 AND key = ?2 AND (?3 IS NULL OR id = ?3)
    ORDER BY rank DESC LIMIT 1`)
  const selectNext = database.prepare(`SELECT row FROM rows WHERE place = ?1 AND key >= ?2
    AND (key > ?2 OR ?3 IS NULL OR rank < ?3) ORDER BY key, rank DESC LIMIT 1`)
  const insert = database.prepare('INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)')
  const drop = database.prepare('DELETE FROM rows WHERE place = ? AND key = ? AND id = ?')
  function parse<Type extends Row>(found: Record<string, unknown> | undefined): Type | undefined {
    const row = found && JSON.parse(String(found['row']))
    return row && Object.assign(row, { LastModified: new Date(row.LastModified) })
  }

  function createTable<Type extends Row>(suffix: string) {
    return {
      /** The row with this id, or the first one of the key. */
      find: (bucket: string, key: string, id?: string) =>
        parse<Type>(select.get(bucket + suffix, Buffer.from(key), id ?? null)),
      /** The first row from a key on; of this key only after a rank, when one is given. */
      next: (bucket: string, from: Buffer, afterRank?: string) =>
        parse<Type>(selectNext.get(bucket + suffix, from, afterRank ?? null)),
      set: (bucket: string, id: string, row: Type) =>
        insert.run(bucket + suffix, Buffer.from(row.Key), id, row.rank, JSON.stringify(row)),
      remove: (bucket: string, { Key }: Type, id: string) => drop.run(bucket + suffix, Buffer.from(Key), id),
    }
  }

  const versions = createTable<Version>('')
  const uploads = createTable<Upload>('/uploads')
  const saved = createTable<Bucket>('/buckets')
  const buckets = new Map<string, Bucket>()
  const named = new Set<string>()
  for (const found of database.prepare('SELECT place, row FROM rows').iterate()) {
    const bucket = found['place'] === '/buckets' && parse<Bucket>(found)
    if (bucket) buckets.set(bucket.Key, { ...bucket, rank: bucket.reserved })
    for (const blob of String(found['row']).match(/(?<="blob":")[^"]+/g) ?? []) named.add(blob)
  }
  blobs.removeAllBut(named)

  /** ListBuckets alone is about none. */
  function bucket(name: string): Bucket {
    if (name === '')
      return { Key: '', rank: '', LastModified: new Date(), versioning: 'Off', notifications: [], reserved: '' }
    return buckets.get(name) ?? fail(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: name })
  }

  function setBucket(changed: Bucket): void {
    buckets.set(changed.Key, changed)
    saved.set('', '', changed)
  }

  /** The version with this id, or the newest. */
  function find({ Key: name }: Bucket, key: string, VersionId?: string): Version | undefined {
    if (VersionId === undefined || /^(null|[\w.]{32})$/.test(VersionId)) return versions.find(name, key, VersionId)
    return fail(400, 'InvalidArgument', 'Invalid version id specified', { ArgumentValue: VersionId })
  }

  /** Made as AWS's sequencers are: the seconds since 1970, their fraction; but never the same again, nor lower. */
  function nextRank(bucket: Bucket): string {
    const [now, last] = [(BigInt(Date.now()) << 32n) / 1000n, BigInt(`0x0${bucket.rank}`)]
    const next = now > last ? now : last + 1n
    bucket.rank = toRank(next)
    if (bucket.rank <= bucket.reserved) return bucket.rank
    bucket.reserved = toRank(next + (10n << 32n))
    setBucket(bucket)
    return bucket.rank
  }

  /** Adds a version, or replaces the one called null, the only one that a bucket without versioning has of a key. */
  function add(to: Bucket, Key: string, content: Description & Content, isMarker = false): Version {
    const rank = nextRank(to)
    const VersionId = to.versioning === 'Enabled' ? createId(rank) : 'null'
    const replaced = find(to, Key, VersionId)
    const added = { ...content, Key, VersionId, isMarker, rank, LastModified: wholeSecond() }
    versions.set(to.Key, VersionId, added)
    if (replaced) blobs.remove(replaced)
    return added
  }

  /** Returns the rank of the removal. */
  function remove(from: Bucket, version: Version): string {
    versions.remove(from.Key, version, version.VersionId)
    blobs.remove(version)
    return nextRank(from)
  }

  const close = () => database.close()
  return { buckets, bucket, setBucket, find, nextRank, add, remove, versions, uploads, close }
}

export const toRank = (number: bigint) => number.toString(16).toUpperCase().padStart(16, '0')

export function createId(rank: string): string {
  return randomBytes(12).toString('base64url').replaceAll('-', '.') + rank
}

/** S3 keeps times in whole seconds. */
export const wholeSecond = () => new Date(Math.floor(Date.now() / 1000) * 1000)
