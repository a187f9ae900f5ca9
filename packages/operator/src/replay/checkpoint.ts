import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { ReplaySource } from './replay-source.ts'

/** How far a replay is: one file in `.fanout/replays`, so that one that was stopped can go on. */
export const Checkpoint = z.object({
  id: z.string(),
  /** What was asked for, and of which stage: the same words go on with the same replay. */
  request: z.string(),
  subscriber: z.string(),
  source: ReplaySource,
  startedAt: z.string(),
  /** How many there were when it was begun. */
  count: z.number(),
  sent: z.number(),
  /** The last key of which it is certain that it and all before it were sent. */
  lastKey: z.string().optional(),
  finishedAt: z.string().optional(),
})
export type Checkpoint = z.infer<typeof Checkpoint>

export async function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const file = join(folder, `${checkpoint.id}.json`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, `${JSON.stringify(checkpoint, undefined, 2)}\n`, { mode: 0o600 })
  // Whatever ends this process, the file is whole
  await rename(`${file}.new`, file)
}

/** The newest replay of the same request of which something was sent, and not all: what failed before begins anew, now. */
export async function findUnfinished(folder: string, request: string): Promise<Checkpoint | undefined> {
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((name) => name.endsWith('.json')).map((name) => join(folder, name))
  const checkpoints = await Promise.all(files.map(readCheckpoint))
  return checkpoints
    .filter((one) => one !== undefined)
    .filter((one) => one.request === request && one.sent > 0 && one.finishedAt === undefined)
    .toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))[0]
}

async function readCheckpoint(file: string): Promise<Checkpoint | undefined> {
  try {
    return Checkpoint.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    // Somebody else's file, or an older form: not ours to go on with
    return undefined
  }
}
