import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stateFolder } from '../workspace.ts'
import type { LogEntry, LogQuery } from './log-entry.ts'
import { isAskedFor, toLogEntry } from './log-entry.ts'

/** What a function of the local cloud logged, older lines first: the full file, then the one that is written to. */
export async function* readLocalLog(root: string, subscriber: string, query: LogQuery): AsyncGenerator<LogEntry> {
  for (const generation of ['.1', '']) {
    const file = fileOf(root, subscriber, generation)
    if ((await modifiedAt(file)) === undefined) continue
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      const entry = toLogEntry(line)
      if (entry && isAskedFor(entry, query)) yield entry
    }
  }
}

/** When the function logged last, as ISO 8601. */
export const lastLocalActivity = (root: string, subscriber: string): Promise<string | undefined> =>
  modifiedAt(fileOf(root, subscriber))

async function modifiedAt(file: string): Promise<string | undefined> {
  try {
    return (await stat(file)).mtime.toISOString()
  } catch {
    // It has not logged yet
    return undefined
  }
}

const fileOf = (root: string, subscriber: string, generation = ''): string =>
  join(stateFolder(root), 'logs', `${subscriber}${generation}.ndjson`)
