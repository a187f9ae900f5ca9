import { peekDeadLetters, type Stage } from '@fanout/operator'
import type { DeliveryRecord } from '@fanout/schemas'
import { compareKeys } from '../compare.ts'
import { createContents } from '../content.ts'
import type { Drilled } from '../drilled.ts'
import { expectState } from '../expected-state.ts'
import { createHistory } from '../history.ts'
import type { Operation } from '../operation.ts'
import { createPoison, poisonIn } from '../poison.ts'
import { createRandom, type Random } from '../random.ts'
import { describeRenditions, expectRenditions } from '../renditions.ts'
import { describeRows, expectRows } from '../rows.ts'
import { describeTrail, expectTrail } from '../trail.ts'
import { createCloudBucket } from './cloud-bucket.ts'
import { startCloudSession } from './cloud-session.ts'
import { createKiller, type Killer } from './kills.ts'
import { sendAgain, sendToAll } from './send-again.ts'
import { settle } from './settle.ts'
import { readWhatIsKept } from './what-is-kept.ts'

export interface CloudDrillOptions {
  seed: number
  events: number
  keys: number
  contents: number
  duplicates: number
  poison: number
  /** Processes of functions that are killed. */
  kills: number
}

// A batch whose function was killed is back after 12 s instead of 6 minutes; a batch takes less
const TIME_SCALE = 30
const RENDITION_SIZES = [1024, 512, 128]

/** A history of a bucket in the local cloud, with the real functions, which are killed now and then. */
export async function drillThroughLocalCloud(options: CloudDrillOptions): Promise<Drilled> {
  const begun = performance.now()
  const random = createRandom(options.seed)
  const killer = createKiller(random.fork())
  const session = await startCloudSession({ timeScale: TIME_SCALE, decide: killer.decide })
  try {
    const { operations, poison, duplicates } = await disturbAndOperate(session.stage, options, killer, random)
    await settle(session.stage)
    const found = await compare(session.stage, operations)
    return {
      differences: found.differences,
      result: {
        events: operations.length,
        duplicates,
        dropped: 0,
        poison,
        keys: found.keys,
        differences: found.differences.length,
        lost: found.lost,
        doubled: found.doubled,
        deadLetters: await countDeadLetters(session.stage),
        failedCalls: 0,
        deaths: killer.killed(),
        elapsedMs: Math.round(performance.now() - begun),
      },
    }
  } finally {
    await session.close()
  }
}

/** Does all operations, and among them sends poison and repeats, and has processes killed. */
async function disturbAndOperate(stage: Stage, options: CloudDrillOptions, killer: Killer, random: Random) {
  const contents = await createContents(options.contents, random.fork())
  const history = { ...options, operations: options.events, contents, sequencers: 'aws', isByClients: true } as const
  const planned = createHistory({ ...history, meanMs: 0 }, random.fork())
  const poison = createPoison(Math.round(options.events * options.poison), random.fork())
  const toPoison = [...poison]
  const bucket = createCloudBucket(stage.clients.s3, stage.uploadsBucket)
  // As late as SQS allows, in a drill that is long enough
  const mostSeconds = Math.min(900, Math.ceil(options.events / 5))
  const operations: Operation[] = []
  let killsOrdered = 0
  let repeats = 0
  for (const operation of planned) {
    operations.push(await bucket.apply(operation))
    const share = operations.length / planned.length
    while (killsOrdered < share * options.kills) {
      killsOrdered += 1
      killer.order()
    }
    const due = toPoison.splice(0, toPoison.length - Math.floor((1 - share) * poison.length))
    for (const { body } of due) await sendToAll(body, stage, mostSeconds, random)
    // Those of before, since the trail must have them
    if (repeats < share * options.events * options.duplicates) {
      repeats += Number(await sendAgain(random.pick(operations.slice(-500)), stage, mostSeconds, random))
    }
  }
  return { operations, poison: poison.length, duplicates: repeats }
}

async function compare(stage: Stage, operations: Operation[]) {
  const kept = await readWhatIsKept(stage)
  const expected = expectState(operations)
  const trail = describeTrail(kept.entries, false)
  const eventIds = new Map(kept.entries.map(({ requestId, eventId }) => [requestId, eventId]))
  return {
    keys: expected.objects.size,
    doubled: trail.doubled,
    lost: countLost(operations, eventIds, kept.deliveries),
    differences: [
      ...compareKeys(
        'thumbnailer',
        expectRenditions(expected, RENDITION_SIZES),
        await describeRenditions(kept.thumbnails),
      ),
      ...compareKeys('metadata-indexer', expectRows(expected), describeRows(kept.rows)),
      ...compareKeys('audit-logger', expectTrail(operations), trail.byRequest),
    ],
  }
}

/** Deliveries without a record that they are done, skipped or rejected. The thumbnailer does not hear of annotations. */
function countLost(operations: Operation[], eventIds: Map<string | undefined, string>, deliveries: DeliveryRecord[]) {
  const settled = new Set(
    deliveries.filter(({ outcome }) => outcome !== 'dead').map(({ subscriber, eventId }) => `${subscriber} ${eventId}`),
  )
  const expected = operations.flatMap(({ type, requestId }) => {
    const subscribers = ['audit-logger', 'metadata-indexer', ...(type === 'annotate' ? [] : ['thumbnailer'])]
    return subscribers.map((subscriber) => `${subscriber} ${eventIds.get(requestId)}`)
  })
  return expected.filter((delivery) => !settled.has(delivery)).length
}

async function countDeadLetters(stage: Stage): Promise<number> {
  const letters = await peekDeadLetters(stage)
  return new Set(letters.map(({ subscriber, identity, body }) => `${subscriber} ${poisonIn(body) ?? identity}`)).size
}
