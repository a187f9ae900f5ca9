import { setTimeout as sleep } from 'node:timers/promises'
import pMap from 'p-map'
import { readQueueDepths } from '../stage/queue-depths.ts'
import type { ReplayRun } from '../replay/replay-message.ts'
import { sendReplays } from '../replay/send-replays.ts'
import type { Stage } from '../stage/stage.ts'
import { findExplained } from './explained-keys.ts'
import type { Keeper } from './keeper.ts'
import { compareNow } from './compare-now.ts'
import type { Difference } from './difference.ts'

export interface RepairOptions {
  rate: number
  /** How long to wait until the subscribers have worked on what was sent. */
  patienceMs: number
  signal?: AbortSignal
  onProgress?: (mended: number) => void
}

export interface RepairResult {
  /** Events for which the subscriber was sent its own replay. */
  sent: number
  /** No difference any more. */
  mended: number
  /** Sent, and not mended when patience ended: still waiting, failing, or rejected. */
  pending: Difference[]
  /** Nobody knows whose output it is. */
  unrepairable: Difference[]
}

type RepairStage = Pick<Stage, 'name' | 'deliveriesTable' | 'uploadsBucket' | 'region' | 'clients'>

/** Sends each subscriber an observed event for exactly the objects that differ, and waits until they do not. */
export async function repairDifferences(
  stage: RepairStage,
  keepers: readonly Keeper[],
  differences: readonly Difference[],
  run: ReplayRun,
  options: RepairOptions,
): Promise<RepairResult> {
  const repairable = differences.filter(({ key }) => key !== undefined)
  let sent = 0
  for (const { subscriber } of keepers) {
    const objects = repairable
      .filter((difference) => difference.subscriber === subscriber.name)
      .map(({ key = '', type }) => ({ key, ...(type === 'orphaned' ? { isGone: true } : {}) }))
    const { rate, signal } = options
    const onSent = async (_last: unknown, count: number) => void (sent += count)
    await sendReplays(stage.clients.sqs, subscriber.queueUrl, run, once(objects), { rate, signal, onSent })
  }
  const pending = await awaitMended(stage, keepers, repairable, new Date(run.startedAt), options)
  const unrepairable = differences.filter(({ key }) => key === undefined)
  return { sent, mended: repairable.length - pending.length, pending, unrepairable }
}

async function* once<T>(items: T[]): AsyncGenerator<T[]> {
  yield items
}

const LONGEST_PAUSE_MS = 2000
const MANY = 100

async function awaitMended(
  stage: RepairStage,
  keepers: readonly Keeper[],
  differences: Difference[],
  since: Date,
  { patienceMs, signal, onProgress }: RepairOptions,
): Promise<Difference[]> {
  const end = Date.now() + patienceMs
  let pending = differences
  let pause = 100
  while (pending.length > 0 && Date.now() < end && !signal?.aborted) {
    await sleep(pause, undefined, signal ? { signal } : {}).catch(() => {})
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)
    // Looking at many objects again and again would only keep the functions from their work
    if (pending.length > MANY && (await hasWork(stage, keepers))) continue
    const before = pending.length
    pending = (await Promise.all(keepers.map((keeper) => stillWrong(stage, keeper, pending, since)))).flat()
    onProgress?.(before - pending.length)
  }
  return pending
}

async function hasWork({ clients }: RepairStage, keepers: readonly Keeper[]): Promise<boolean> {
  const depths = await readQueueDepths({ clients, subscribers: keepers.map(({ subscriber }) => subscriber) })
  return depths.some(({ waiting, inFlight }) => waiting + inFlight > 0)
}

async function stillWrong(
  stage: RepairStage,
  keeper: Keeper,
  pending: Difference[],
  since: Date,
): Promise<Difference[]> {
  const own = pending.filter(({ subscriber }) => subscriber === keeper.subscriber.name)
  const states = await pMap(own, ({ key = '' }) => compareNow(stage, keeper, key), { concurrency: 16 })
  const wrong = own.filter((_, index) => states[index] !== 'current' && states[index] !== 'archived')
  // A replay of what is no image ends as skipped, and is then explained
  const missing = own.filter((_, index) => states[index] === 'missing')
  const explained = await findExplained(
    stage,
    keeper.subscriber.name,
    new Map(missing.map(({ key = '' }) => [key, since])),
  )
  return wrong.filter(({ key = '' }) => !explained.has(key))
}
