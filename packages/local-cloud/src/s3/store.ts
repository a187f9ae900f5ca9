import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { Tag } from '@aws-sdk/client-s3'
import type { Blobs, Content } from './blobs.ts'
import { fail } from './conditions.ts'

/** Rows have the names of the SDK's outputs: answers are made of them. */
export interface Row {
  Key: string
  /** 16 hex digits, with which its id ends. The rows of a key go from high to low, also on from one that is gone. */
  rank: string
  LastModified: Date
}

/** A topic that is called when one of the events happens to a key that the filter's rules admit. */
export type Topic = { TopicArn: string; Events: string[]; Filter?: { Key: { FilterRules: Rule[] } } }
type Rule = { Name: string; Value: string }

/** Its rank is that of its newest change. */
export type Bucket = Row & { versioning: 'Off' | 'Enabled' | 'Suspended'; topics: (Topic & { Id: string })[] }

/** What an upload says of its object; the headers come back with it. */
export type Description = { headers: Record<string, unknown>; TagSet: Tag[] }

/** A delete marker is a version of no bytes. */
export type Version = Row & Description & Content & { VersionId: string; isMarker: boolean }

export type Part = Content & { PartNumber: number; LastModified: number }

/** A multipart upload in progress. `seen`: the rank of the version that was the newest when it began. */
export type Upload = Row & Description & Pick<Content, 'checksum'> & { UploadId: string; parts: Part[]; seen: string }

/** Where rows are: a bucket's versions under its name, its uploads beside them, and buckets at `/`. */
export const uploadsOf = ({ Key }: Bucket) => `${Key}/uploads`

export type Store = ReturnType<typeof createStore>

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
  /** The row with this id, or the first one of the key. */
  function find<Type extends Row>(place: string, key: string, id?: string): Type | undefined {
    return parse(select.get(place, Buffer.from(key), id ?? null))
  }
  /** The first row from a key on; of this key only after a rank, when one is given. */
  function next<Type extends Row>(place: string, from: Buffer, afterRank?: string): Type | undefined {
    return parse(selectNext.get(place, from, afterRank ?? null))
  }
  function set<Type extends Row>(place: string, id: string, row: Type): void {
    insert.run(place, Buffer.from(row.Key), id, row.rank, JSON.stringify(row))
  }
  const remove = (place: string, { Key }: Row, id: string) => drop.run(place, Buffer.from(Key), id)

  const blobsIn = ({ row }: Record<string, unknown>) => String(row).match(/(?<="blob":")[^"]+/g) ?? []
  blobs.removeAllBut(new Set(database.prepare('SELECT row FROM rows').all().flatMap(blobsIn)))
  const buckets = new Map<string, Bucket>()
  for (let one = next<Bucket>('/', Buffer.of(0)); one; one = next('/', Buffer.from(`${one.Key}\0`))) setBucket(one)

  function setBucket(bucket: Bucket): void {
    buckets.set(bucket.Key, bucket)
    set('/', '', bucket)
  }
  function bucket(name: string): Bucket {
    return buckets.get(name) ?? fail(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: name })
  }
  /** The version with this id, or the newest. */
  function version({ Key: name }: Bucket, key: string, VersionId?: string): Version | undefined {
    if (VersionId === undefined || /^(null|[\w.]{32})$/.test(VersionId)) return find(name, key, VersionId)
    return fail(400, 'InvalidArgument', 'Invalid version id specified', { ArgumentValue: VersionId })
  }

  /** Made as AWS's sequencers are: the seconds since 1970, their fraction; but never the same again, nor lower. */
  function nextRank(bucket: Bucket): string {
    const [now, last] = [(BigInt(Date.now()) << 32n) / 1000n, BigInt(`0x0${bucket.rank}`)]
    setBucket(Object.assign(bucket, { rank: toRank(now > last ? now : last + 1n) }))
    return bucket.rank
  }
  /** Adds a version, or replaces the one called null, the only one that a bucket without versioning has of a key. */
  function addVersion(to: Bucket, Key: string, content: Description & Content, isMarker = false): Version {
    const rank = nextRank(to)
    const VersionId = to.versioning === 'Enabled' ? createId(rank) : 'null'
    const replaced = find<Version>(to.Key, Key, VersionId)
    const added = { ...content, Key, VersionId, isMarker, rank, LastModified: wholeSecond() }
    set(to.Key, VersionId, added)
    if (replaced) blobs.remove(replaced)
    return added
  }
  /** Returns the rank of the removal. */
  function removeVersion(from: Bucket, version: Version): string {
    remove(from.Key, version, version.VersionId)
    blobs.remove(version)
    return nextRank(from)
  }

  return { find, next, set, remove, buckets, setBucket, bucket, version, nextRank, addVersion, removeVersion, database }
}

export const toRank = (number: bigint) => number.toString(16).toUpperCase().padStart(16, '0')

export const createId = (rank: string) => randomBytes(12).toString('base64url').replaceAll('-', '.') + rank

/** S3 keeps times in whole seconds. */
export const wholeSecond = () => new Date(Math.floor(Date.now() / 1000) * 1000)
