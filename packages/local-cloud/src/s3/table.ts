import type { DatabaseSync } from 'node:sqlite'

export type Table<Row> = ReturnType<typeof createTable<Row>>

/** Rows by bucket, key and id. Keys are kept as bytes: their order is S3's, and any character is one. */
export function createTable<Row>(database: DatabaseSync, name: string, idOrder: 'ASC' | 'DESC' = 'ASC') {
  database.exec(`CREATE TABLE IF NOT EXISTS ${name} (bucket TEXT, key BLOB, id TEXT, row TEXT,
    PRIMARY KEY (bucket, key, id ${idOrder})) WITHOUT ROWID`)
  const isLater = idOrder === 'ASC' ? 'id > ?3' : 'id < ?3'
  const select = database.prepare(`SELECT row FROM ${name} WHERE bucket = ? AND key = ? AND id = ?`)
  const selectAll = database.prepare(`SELECT row FROM ${name}`)
  const selectFrom = database.prepare(`SELECT row FROM ${name} WHERE bucket = ?1 AND key >= ?2
    AND (key > ?2 OR ?3 IS NULL OR ${isLater}) ORDER BY key, id ${idOrder}`)
  const insert = database.prepare(`INSERT OR REPLACE INTO ${name} VALUES (?, ?, ?, ?)`)
  const drop = database.prepare(`DELETE FROM ${name} WHERE bucket = ? AND key = ? AND id = ?`)
  const parse = (found: Record<string, unknown>): Row => JSON.parse(String(found['row']))

  return {
    get(bucket: string, key: string, id: string): Row | undefined {
      const found = select.get(bucket, Buffer.from(key), id)
      return found && parse(found)
    },
    set: (bucket: string, key: string, id: string, row: Row) =>
      insert.run(bucket, Buffer.from(key), id, JSON.stringify(row)),
    remove: (bucket: string, key: string, id: string) => drop.run(bucket, Buffer.from(key), id),
    all: () => selectAll.all().map(parse),
    /** In order from a key on; of this first key only what comes after an id, when one is given. */
    *from(bucket: string, key: Buffer, afterId?: string): Generator<Row> {
      for (const found of selectFrom.iterate(bucket, key, afterId ?? null)) yield parse(found)
    },
  }
}
