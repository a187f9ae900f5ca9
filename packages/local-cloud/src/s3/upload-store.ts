import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Checksum, ChecksumAlgorithm } from './checksums.ts'

/** A multipart upload that has been started. */
export interface Upload {
  id: string
  bucket: string
  key: string
  initiated: number
  headers: Record<string, string>
  tags: [key: string, value: string][]
  algorithm?: ChecksumAlgorithm | undefined
  checksumType?: 'COMPOSITE' | 'FULL_OBJECT' | undefined
  /** The sequencer of the object that the key had then. */
  seen: string | undefined
}

export interface Part {
  number: number
  blob: string
  size: number
  /** The ETag, hex. */
  md5: string
  modified: number
  checksum: Checksum | undefined
}

export type UploadStore = ReturnType<typeof createUploadStore>

/** Multipart uploads and their parts. */
export function createUploadStore(database: DatabaseSync) {
  database.exec(`
    CREATE TABLE IF NOT EXISTS uploads (bucket TEXT, key BLOB, id TEXT, data TEXT,
      PRIMARY KEY (bucket, key, id)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS parts (upload TEXT, number INTEGER, data TEXT,
      PRIMARY KEY (upload, number)) WITHOUT ROWID;`)
  const prepare = (sql: string) => database.prepare(sql)
  const insert = prepare('INSERT INTO uploads VALUES (?, ?, ?, ?)')
  const select = prepare('SELECT data FROM uploads WHERE bucket = ? AND key = ? AND id = ?')
  const selectFrom = prepare(
    'SELECT data FROM uploads WHERE bucket = ?1 AND key >= ?2 AND NOT (key = ?2 AND id <= ?3) ORDER BY key, id',
  )
  const drop = prepare('DELETE FROM uploads WHERE bucket = ? AND key = ? AND id = ?')
  const savePart = prepare('INSERT OR REPLACE INTO parts VALUES (?, ?, ?)')
  const selectParts = prepare('SELECT data FROM parts WHERE upload = ? ORDER BY number')
  const dropParts = prepare('DELETE FROM parts WHERE upload = ?')

  function start(upload: Omit<Upload, 'id' | 'initiated'>): Upload {
    const initiated = Date.now()
    // Ids of one key sort by time, which is the order of a listing
    const id = `${initiated.toString(36).padStart(10, '0')}${randomBytes(36).toString('hex')}`
    const started = { ...upload, id, initiated }
    insert.run(upload.bucket, Buffer.from(upload.key), id, JSON.stringify(started))
    return started
  }

  function find(bucket: string, key: string, id: string): Upload | undefined {
    const row = select.get(bucket, Buffer.from(key), id)
    return row && JSON.parse(String(row['data']))
  }

  function parts({ id }: Upload): Part[] {
    return selectParts.all(id).map((row) => JSON.parse(String(row['data'])))
  }

  /** Returns the blob of the part that it replaces. */
  function setPart(upload: Upload, part: Part): string | undefined {
    const replaced = parts(upload).find(({ number }) => number === part.number)
    savePart.run(upload.id, part.number, JSON.stringify(part))
    return replaced?.blob
  }

  function remove({ bucket, key, id }: Upload): void {
    drop.run(bucket, Buffer.from(key), id)
    dropParts.run(id)
  }

  function* uploadsFrom(bucket: string, from: Buffer, afterId = ''): Generator<Upload> {
    for (const row of selectFrom.iterate(bucket, from, afterId)) yield JSON.parse(String(row['data']))
  }

  function* blobs(): Generator<string> {
    for (const { blob } of prepare("SELECT data ->> 'blob' AS blob FROM parts").iterate()) yield String(blob)
  }

  return { start, find, parts, setPart, remove, uploadsFrom, blobs }
}
