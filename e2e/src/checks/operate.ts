import { deepEqual, equal, ok } from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { readDeliveries } from '@fanout/operator'
import * as z from 'zod'
import { finished, startOperatedCloud } from '../operate/operated-cloud.ts'
import { denyPublishing } from '../operate/statements.ts'
import { report } from './report.ts'

/** The operator's commands on as many objects as a stage has: what `test/operate.test.ts` does with fifty. */
const LATE = 'metadata-indexer'
const LOST = 20

const Replay = z.object({ id: z.string(), sent: z.number(), count: z.number(), resumedAt: z.number() })
const Reconciliation = z.object({
  objects: z.number(),
  differences: z.number(),
  subscribers: z.array(z.object({ differences: z.array(z.object({ key: z.string() })) })),
  repair: z.object({ sent: z.number(), mended: z.number() }).nullable(),
  elapsedMs: z.number(),
})

const Overview = z.object({ subscribers: z.array(z.object({ waiting: z.number(), inFlight: z.number() })) })

const cloud = await startOperatedCloud({ later: `apps/${LATE}` })
const thousand = keysOf('thousand', 1000)
try {
  await report({
    'a subscriber that is deployed after 1,000 uploads gets each by a replay that was stopped': replayToLateSubscriber,
    'of 1,000 uploads exactly the 20 are mended of which S3 could not tell': mendTheLost,
    '10,000 objects are compared within 60 s, and 8,980 of them mended': mendTenThousand,
  })
} finally {
  await cloud.close()
}

async function replayToLateSubscriber(): Promise<void> {
  await putAll(thousand)
  await cloud.restore(`apps/${LATE}`)
  const command = ['replay', '--subscriber', LATE, '--prefix', 'thousand/', '--yes', '--json']
  const first = cloud.start([...command, '--rate', '100'])
  const ended = finished(first)
  await until(async () => (await deliveriesTo(LATE, thousand.slice(0, 10))).length > 0)
  first.kill('SIGINT')
  const stopped = await ended
  const resumed = Replay.parse(JSON.parse((await cloud.run(command)).stdout))
  await until(isIdle)

  const { id, sent } = Replay.parse(JSON.parse(stopped.stdout))
  ok(stopped.code === 130 && sent > 0 && sent < 1000, `stopped after ${sent} with code ${stopped.code}`)
  deepEqual(resumed, { id, sent: 1000, count: 1000, resumedAt: sent })
  const outcomes = Object.groupBy(await deliveriesTo(LATE, thousand), ({ outcome }) => outcome)
  deepEqual([Object.keys(outcomes), outcomes.done?.length], [['done'], 1000])
  for (const other of ['thumbnailer', 'audit-logger']) {
    const replayed = (await deliveriesTo(other, thousand)).filter(({ replay }) => replay)
    deepEqual(replayed, [])
  }
}

async function mendTheLost(): Promise<void> {
  const lost = keysOf('lost', LOST)
  await putUnheard(lost)

  const { subscribers, repair } = await reconcile('--repair')
  const second = await reconcile()

  // One more than there should be is enough to see
  const found = subscribers.map(({ differences }) => differences.slice(0, LOST + 1).map(({ key }) => key))
  deepEqual(found, [lost, lost])
  deepEqual(repair, { sent: 2 * LOST, mended: 2 * LOST })
  equal(second.differences, 0)
}

async function mendTenThousand(): Promise<void> {
  const unheard = keysOf('unheard', 10_000 - thousand.length - LOST)
  await putUnheard(unheard)

  const first = await reconcile()
  const { repair } = await reconcile('--repair', '--rate', '1000', '--wait', '600')
  const second = await reconcile()

  console.log(`        compared in ${first.elapsedMs} ms before, in ${second.elapsedMs} ms after`)
  deepEqual([first.objects, first.differences], [10_000, 2 * unheard.length])
  deepEqual(repair, { sent: 2 * unheard.length, mended: 2 * unheard.length })
  equal(second.differences, 0)
  ok(Math.max(first.elapsedMs, second.elapsedMs) <= 60_000, 'a comparison took longer')
}

function keysOf(folder: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${folder}/${String(index).padStart(5, '0')}.txt`)
}

async function putAll(keys: readonly string[]): Promise<void> {
  const { clients, uploadsBucket } = cloud.stage
  const rest = keys.values()
  const lane = async () => {
    for (const Key of rest) await clients.s3.send(new PutObjectCommand({ Bucket: uploadsBucket, Key, Body: Key }))
  }
  await Promise.all(Array.from({ length: 16 }, lane))
}

/** Uploads while S3 may not tell the topic. */
async function putUnheard(keys: readonly string[]): Promise<void> {
  await cloud.edit('infra', denyPublishing)
  await putAll(keys)
  await cloud.restore('infra')
}

async function deliveriesTo(subscriber: string, keys: readonly string[]) {
  const records = await Promise.all(keys.map((key) => readDeliveries(cloud.stage, key)))
  return records.flat().filter((record) => record.subscriber === subscriber)
}

async function reconcile(...flags: string[]) {
  const { stdout, stderr } = await cloud.run(['reconcile', '--json', ...flags])
  ok(stdout !== '', stderr)
  return Reconciliation.parse(JSON.parse(stdout))
}

async function isIdle(): Promise<boolean> {
  const { stdout } = await cloud.run(['status', '--json'])
  const { subscribers } = Overview.parse(JSON.parse(stdout))
  return subscribers.every(({ waiting, inFlight }) => waiting + inFlight === 0)
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 120_000
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('it did not come to that within two minutes')
    await sleep(100)
  }
}
