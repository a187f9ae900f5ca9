import type { ListedObject, Output } from '@fanout/handler/commands'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** An object and what a subscriber keeps under its name; without the object, what belongs to none. */
export interface Pair {
  name: string
  object: ListedObject | undefined
  outputs: Output[]
}

/**
 * Two listings in a temporary file, to be read beside each other in one order: a bucket's names are encoded and a table has no
 * order, so neither comes in the order of the objects' keys. Memory stays small however many there are.
 */
export interface Workbook {
  addObjects: (objects: readonly ListedObject[]) => void
  /** Begins with another subscriber: forgets names and outputs. */
  clear: () => void
  /** Gives each object its name, or leaves it out; returns how many there are now. */
  nameObjects: (nameOf: (objectKey: string) => string | undefined) => number
  addOutputs: (outputs: readonly (Output & { name: string })[]) => void
  pairs: () => Generator<Pair>
  close: () => void
}

export function createWorkbook(): Workbook {
  const folder = mkdtempSync(join(tmpdir(), 'fanout-reconcile-'))
  const database = new DatabaseSync(join(folder, 'workbook'))
  // It is thrown away: nothing has to survive a crash
  database.exec(`
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;
    CREATE TABLE objects (key TEXT PRIMARY KEY, object TEXT) WITHOUT ROWID;
    CREATE TABLE names (name TEXT PRIMARY KEY, key TEXT) WITHOUT ROWID;
    CREATE TABLE outputs (name TEXT, key TEXT, output TEXT, PRIMARY KEY (name, key)) WITHOUT ROWID;
  `)
  const insertObject = database.prepare('INSERT OR REPLACE INTO objects VALUES (?, ?)')
  const insertName = database.prepare('INSERT OR REPLACE INTO names VALUES (?, ?)')
  const insertOutput = database.prepare('INSERT OR REPLACE INTO outputs VALUES (?, ?, ?)')
  const inTransaction = (work: () => void) => {
    database.exec('BEGIN')
    work()
    database.exec('COMMIT')
  }

  function* pairs(): Generator<Pair> {
    let pair: Pair | undefined
    for (const { name, object, output } of database.prepare(PAIRS).iterate()) {
      if (!pair || pair.name !== name) {
        if (pair) yield pair
        pair = { name: String(name), object: object === null ? undefined : toObject(String(object)), outputs: [] }
      }
      if (output !== null) pair.outputs.push(toOutput(String(output)))
    }
    if (pair) yield pair
  }

  return {
    addObjects: (objects) =>
      inTransaction(() => objects.forEach((one) => insertObject.run(one.key, JSON.stringify(one)))),
    clear: () => database.exec('DELETE FROM names; DELETE FROM outputs'),
    nameObjects: (nameOf) => {
      let count = 0
      inTransaction(() => {
        for (const { key } of database.prepare('SELECT key FROM objects').iterate()) {
          const name = nameOf(String(key))
          if (name === undefined) continue
          insertName.run(name, String(key))
          count += 1
        }
      })
      return count
    },
    addOutputs: (outputs) =>
      inTransaction(() =>
        outputs.forEach(({ name, ...output }) => insertOutput.run(name, output.key, JSON.stringify(output))),
      ),
    pairs,
    close: () => {
      database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const PAIRS = `
  SELECT names.name AS name, objects.object AS object, outputs.output AS output
  FROM names JOIN objects ON objects.key = names.key LEFT JOIN outputs ON outputs.name = names.name
  UNION ALL
  SELECT outputs.name, NULL, outputs.output FROM outputs
  WHERE NOT EXISTS (SELECT 1 FROM names WHERE names.name = outputs.name)
  ORDER BY 1`

function toObject(text: string): ListedObject {
  const object: ListedObject = JSON.parse(text)
  return { ...object, lastModified: new Date(object.lastModified) }
}

function toOutput(text: string): Output {
  const output: Output = JSON.parse(text)
  return output.lastModified ? { ...output, lastModified: new Date(output.lastModified) } : output
}
