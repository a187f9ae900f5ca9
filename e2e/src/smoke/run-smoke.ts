import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import {
  awaitDeliveries,
  createDeliverySource,
  readDeliveries,
  readQueueDepths,
  uploadObjects,
  writeSampleImages,
  type Stage,
} from '@fanout/operator'

/** What is expected, and whether it was so. */
export interface Finding {
  readonly text: string
  readonly isFine: boolean
}

const STALL_MS = 120_000
const LATER = 300_000

/** The main scenario on a stage, under a prefix of its own: uploads, a replacement, removals. Leaves nothing behind. */
export async function runSmoke(stage: Stage, report: (finding: Finding) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fanout-smoke-'))
  const prefix = `smoke/${randomUUID().slice(0, 8)} ü+1 100%/`
  const check = (text: string, isFine: boolean) => report({ text, isFine })
  try {
    const before = await countDeadLetters(stage)
    const paths = await writeSampleImages(folder)
    const upload = async (name: string, as = name) => {
      const path = paths.find((one) => basename(one) === name) ?? ''
      return await settle(stage, path, `${prefix}${as}`)
    }

    for (const [name, expected] of Object.entries(EXPECTED)) {
      const outcomes = await upload(name)
      for (const { name: subscriber } of stage.subscribers) {
        const { outcome, attempts, lagMs } = outcomes.get(subscriber) ?? { outcome: 'nothing', attempts: 0, lagMs: 0 }
        const wanted = subscriber === 'thumbnailer' ? expected : 'done'
        check(
          `${name}: ${subscriber} ${outcome}, attempt ${attempts}, ${lagMs} ms`,
          outcome === wanted && attempts === 1,
        )
      }
    }
    const renditions = await countRenditions(stage, prefix)
    check(`${renditions} renditions`, renditions === 3)

    const replaced = await upload('notes.txt', 'dunes.jpg')
    const outcome = replaced.get('thumbnailer')?.outcome
    check(`a text that calls itself a photo, in its place: thumbnailer ${outcome}`, outcome === 'rejected')
    const left = await countRenditions(stage, prefix)
    check(`then ${left} renditions`, left === 0)

    for (const name of Object.keys(EXPECTED)) await remove(stage, `${prefix}${name}`)
    for (const name of Object.keys(EXPECTED)) {
      const settled = await awaitRemoval(stage, `${prefix}${name}`)
      check(`${name} removed: settled by ${settled} subscribers`, settled === stage.subscribers.length)
    }
    const after = await countDeadLetters(stage)
    check(`${after - before} dead letters`, after === before)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What the thumbnailer makes of the samples; the others are done with every one. */
const EXPECTED = { 'dunes.jpg': 'done', 'notes.txt': 'skipped', 'torn.jpg': 'rejected' }

async function settle(stage: Stage, path: string, key: string) {
  const uploads = await uploadObjects(stage, [{ path, key, size: (await stat(path)).size }])
  const names = stage.subscribers.map(({ name }) => name)
  const [object] = await awaitDeliveries(uploads, names, createDeliverySource(stage), { stallMs: STALL_MS })
  return object?.subscribers ?? new Map()
}

async function remove({ clients, uploadsBucket }: Stage, key: string): Promise<void> {
  await clients.s3.send(new DeleteObjectCommand({ Bucket: uploadsBucket, Key: key }))
}

/** How many subscribers have settled the removal, at the latest after some minutes. */
async function awaitRemoval(stage: Stage, key: string): Promise<number> {
  for (const start = Date.now(); ; await sleep(500)) {
    const records = await readDeliveries(stage, key)
    const subscribers = new Set(
      records.filter(({ eventName }) => eventName.startsWith('ObjectRemoved')).map(({ subscriber }) => subscriber),
    )
    if (subscribers.size === stage.subscribers.length || Date.now() - start > LATER) return subscribers.size
  }
}

/** Below the folder of the smoke's own objects, whatever the thumbnailer calls them. */
async function countRenditions({ clients, subscribers }: Stage, prefix: string): Promise<number> {
  const bucket = subscribers.find(({ name }) => name === 'thumbnailer')?.resources.THUMBNAILS_BUCKET
  if (bucket === undefined) return 0
  const own = prefix.split(' ')[0] ?? prefix
  const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: own }))
  return Contents.length
}

async function countDeadLetters(stage: Stage): Promise<number> {
  return (await readQueueDepths(stage)).reduce((sum, { deadLetters }) => sum + deadLetters, 0)
}
