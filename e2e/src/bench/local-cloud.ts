import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  awaitDeliveries,
  createDeliverySource,
  uploadObjects,
  type ObjectDeliveries,
  type Stage,
} from '@fanout/operator'
import type { Figure } from './main.ts'
import { withPipeline } from './session.ts'
import { quantile, rounded } from './statistics.ts'

// So many that all functions that will be needed have started, and are compiled
const WARM = 300
const PARALLEL = 500
const ONE_BY_ONE = 60
const IDLE_MS = 5_000

/** Small text files through the whole pipeline on this machine: many at once, then one at a time, then nothing. */
export async function measureLocalCloud(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fanout-bench-files-'))
  try {
    return await withPipeline(async (stage) => {
      await settle(stage, await writeTexts(folder, 'warm', WARM))
      return [...(await measureParallel(stage, folder)), ...(await measureOneByOne(stage, folder)), await measureIdle()]
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function measureParallel(stage: Stage, folder: string): Promise<Figure[]> {
  const files = await writeTexts(folder, 'parallel', PARALLEL)
  const started = performance.now()
  const objects = await settle(stage, files)
  const seconds = (performance.now() - started) / 1000
  const deliveries = objects.flatMap(({ subscribers }) => [...subscribers.values()])
  const lags = deliveries.map(({ lagMs }) => lagMs ?? Number.NaN)
  return [
    {
      name: `${PARALLEL} files of 1 kB, 8 uploads at a time: rate`,
      value: rounded(PARALLEL / seconds),
      unit: '/s',
      goal: '>= 100',
    },
    { name: 'deliveries', value: deliveries.length, unit: '', goal: `${PARALLEL * stage.subscribers.length}` },
    {
      name: 'deliveries that are done or skipped at the first attempt',
      value: deliveries.filter(isFirstTime).length,
      unit: '',
    },
    { name: 'lag p50', value: rounded(quantile(lags, 0.5)), unit: 'ms' },
    { name: 'lag p95', value: rounded(quantile(lags, 0.95)), unit: 'ms' },
  ]
}

const isFirstTime = ({ outcome, attempts }: { outcome: string; attempts: number }) =>
  attempts === 1 && (outcome === 'done' || outcome === 'skipped')

async function measureOneByOne(stage: Stage, folder: string): Promise<Figure[]> {
  const times: number[] = []
  for (const file of await writeTexts(folder, 'single', ONE_BY_ONE)) {
    const [object] = await settle(stage, [file])
    if (!object) continue
    times.push(Math.max(...[...object.subscribers.values()].map(({ settledAt }) => settledAt)) - object.startedAt)
  }
  return [
    {
      name: 'one file of 1 kB until the last subscriber is done: p50',
      value: rounded(quantile(times, 0.5)),
      unit: 'ms',
      goal: '<= 25',
    },
    { name: 'the same: p95', value: rounded(quantile(times, 0.95)), unit: 'ms' },
  ]
}

/** Server and functions together, while nothing happens. */
async function measureIdle(): Promise<Figure> {
  await sleep(1_000)
  const before = cpuMsOfFamily()
  await sleep(IDLE_MS)
  return {
    name: 'idle, server and functions',
    value: rounded(((cpuMsOfFamily() - before) / IDLE_MS) * 100),
    unit: '%',
    goal: '< 0.5',
  }
}

/** CPU milliseconds of this process and its children, from /proc where there is one. */
function cpuMsOfFamily(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000 + childrenOf(process.pid).reduce((total, pid) => total + cpuMsOf(pid), 0)
}

/** @returns the processes that this one started, by the kernel's account (Linux only) */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
}

const MS_PER_TICK = 10

export function cpuMsOf(pid: number): number {
  // Behind the name in parentheses, which may hold spaces: state is field 3, utime and stime are 14 and 15
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK
}

export async function settle(
  stage: Stage,
  files: { path: string; key: string; size: number }[],
): Promise<ObjectDeliveries[]> {
  const uploads = await uploadObjects(stage, files)
  const names = stage.subscribers.map(({ name }) => name)
  return await awaitDeliveries(uploads, names, createDeliverySource(stage), { stallMs: 60_000 })
}

/** Files of 1 kB. */
export async function writeTexts(folder: string, name: string, count: number) {
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const path = join(folder, `${name}-${index}.txt`)
      await writeFile(path, `${name} ${index}\n`.padEnd(1024, '.'))
      return { path, key: `${name}-${index}.txt`, size: 1024 }
    }),
  )
}
