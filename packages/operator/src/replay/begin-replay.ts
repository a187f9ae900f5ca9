import { hash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../exit-codes.ts'
import { whyUnreadable } from '../input/file-errors.ts'
import type { Stage } from '../stage/stage.ts'
import { findUnfinished, type Checkpoint } from './checkpoint.ts'
import { newRun } from './new-run.ts'
import type { ReplaySource } from './replay-source.ts'

/** What a person asked for. */
export interface ReplayRequest {
  subscriber: string
  prefix?: string
  /** ISO 8601. */
  since?: string
  until?: string
  /** The words that `since` and `until` came from: `2h` is another time tomorrow, and the same request. */
  range?: string
  /** A file of keys, or `-`. */
  list?: string
}

/** A replay that is not begun, or one of the same request that was stopped. Nothing is sent yet, nor counted. */
export async function beginReplay(
  stage: Pick<Stage, 'name' | 'account' | 'region' | 'uploadsBucket'>,
  folder: string,
  request: ReplayRequest,
  { restart = false }: { restart?: boolean } = {},
): Promise<Checkpoint> {
  const { id, startedAt } = newRun('replay', stage)
  const { list, subscriber, prefix = '', since, until = startedAt, range } = request
  const keys = list === undefined ? undefined : await keepList(folder, list)
  const source: ReplaySource = keys
    ? { type: 'list', file: keys.file }
    : { type: 'bucket', prefix, until, ...(since === undefined ? {} : { since }) }
  const words = JSON.stringify([
    stage.name,
    stage.account,
    stage.region,
    subscriber,
    keys?.digest ?? [prefix, range ?? ''],
  ])
  const found = restart ? undefined : await findUnfinished(folder, words)
  return found ?? { id, request: words, subscriber, source, startedAt, count: 0, sent: 0 }
}

/** Copies the list: standard input cannot be read twice, and a file may be another one by the time the replay goes on. */
async function keepList(folder: string, list: string): Promise<{ file: string; digest: string }> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const copy = join(folder, `list-${randomBytes(4).toString('hex')}.new`)
  const target = await open(copy, 'w', 0o600)
  try {
    const input = list === '-' ? process.stdin : createReadStream(list)
    for await (const part of input) await target.write(part)
  } catch (cause) {
    throw new UsageError(`cannot read ${list}: ${whyUnreadable(cause)}`, { cause })
  } finally {
    await target.close()
  }
  const digest = hash('sha256', await readFile(copy)).slice(0, 16)
  const file = join(folder, `list-${digest}.keys`)
  await rename(copy, file)
  return { file, digest }
}
