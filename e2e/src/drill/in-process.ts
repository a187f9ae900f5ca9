import { buildObjectEvent } from '@fanout/event-parsing/testing'
import { planArrivals } from './arrivals.ts'
import { createBucket } from './bucket.ts'
import { createClock } from './clock.ts'
import { compareKeys } from './compare.ts'
import { createContents } from './content.ts'
import type { Drilled } from './drilled.ts'
import { chooseDropped, replayDropped } from './dropped.ts'
import { expectState } from './expected-state.ts'
import { MAX_RECEIVE_COUNT, startFunction, VISIBILITY_SECONDS, type Settled } from './function.ts'
import { createHistory } from './history.ts'
import type { Damage } from './life.ts'
import { describeOperation } from './operation.ts'
import { createPoison, poisonIn, type Poison } from './poison.ts'
import { createQueue } from './queue.ts'
import { createRandom } from './random.ts'
import { rememberCall } from './remember.ts'
import { describeRenditions, expectRenditions } from './renditions.ts'
import { describeRows, expectRows } from './rows.ts'
import type { Sequencers } from './sequencers.ts'
import { createSubscribers, RENDITION_SIZES } from './subscribers.ts'
import { describeTrail, expectTrail } from './trail.ts'
import { passingErrors } from './trouble.ts'

export interface DrillOptions {
  seed: number
  /** Distinct events. */
  events: number
  keys: number
  sequencers: Sequencers
  /** Different ones that objects may have; an eighth of them are no images. */
  contents: number
  /** Share of messages that come again. */
  duplicates: number
  isShuffled: boolean
  /** Share of events that never come; a reconcile at the end makes up for them. */
  dropped: number
  /** Unreadable messages, as a share of the events. */
  poison: number
  /** How often a call fails, before its effect or after. */
  failures: number
  /** How often a process dies, beside any call. */
  deaths: number
  /** False, for a demonstration: the indexer ignores the sequencer. */
  isOrdered: boolean
}

const contentsOf = rememberCall((count: number) => createContents(count, createRandom(count)))
const startedAt = Date.parse('2026-01-21T23:21:00.000Z')

/**
 * Runs a history of a bucket through the real parsing, handler and jobs, in virtual time, with everything else in memory:
 * events are late and repeated, calls fail, processes die. Then compares what is kept with what the operations alone say.
 */
export async function drillInProcess(options: DrillOptions): Promise<Drilled> {
  const begun = performance.now()
  const random = createRandom(options.seed)
  const contents = await contentsOf(options.contents)
  const operations = createHistory({ ...options, operations: options.events, contents, meanMs: 40 }, random.fork())
  const poison = createPoison(Math.round(options.events * options.poison), random.fork())
  const dropped = chooseDropped(operations, options.dropped, createRandom(options.seed + 1))
  const notified = operations.filter(({ requestId }) => !dropped.has(requestId))
  const { arrivals, duplicates } = planArrivals(notified, poison, { ...options, startedAt }, random.fork())

  const clock = createClock(startedAt)
  const bucket = createBucket()
  const subscribers = createSubscribers(bucket, clock, options.isOrdered)
  const damage: Damage = { failedCalls: 0, deaths: 0 }
  const trouble = { ...options, errors: passingErrors }
  const world = { clock, random: random.fork(), trouble, damage }
  const settlements = subscribers.all.map((subscriber) => {
    const { isShuffled } = options
    const limits = { visibilitySeconds: VISIBILITY_SECONDS, maxReceiveCount: MAX_RECEIVE_COUNT, isShuffled }
    const queue = createQueue(limits, clock, random.fork())
    for (const { at, body } of arrivals) clock.after(at, () => queue.send(body))
    const settled = startFunction(subscriber, queue, world)
    return { settled, queue }
  })
  for (const operation of operations) clock.after(operation.at, () => bucket.apply(operation, clock.now()))
  await clock.run()
  for (const body of replayDropped(operations, dropped, bucket)) for (const { queue } of settlements) queue.send(body)
  await clock.run()

  const expected = expectState(operations)
  const trail = describeTrail(subscribers.trail.values())
  const differences = [
    ...compareKeys(
      'thumbnailer',
      expectRenditions(expected, RENDITION_SIZES),
      await describeRenditions(subscribers.thumbnails),
    ),
    ...compareKeys('metadata-indexer', expectRows(expected), describeRows(subscribers.rows)),
    ...compareKeys('audit-logger', expectTrail(notified, startedAt), trail.byRequest),
  ]
  const eventIds = notified.map((operation) => buildObjectEvent(describeOperation(operation, startedAt)).id)
  const counts = settlements.map(({ settled, queue }) => countSettled(settled, queue.moved, eventIds, poison))
  return {
    differences,
    result: {
      events: operations.length,
      duplicates,
      dropped: dropped.size,
      poison: poison.length,
      keys: expected.objects.size,
      differences: differences.length,
      lost: sum(counts.map(({ lost }) => lost)),
      doubled: trail.doubled,
      deadLetters: sum(counts.map(({ deadLetters }) => deadLetters)),
      ...damage,
      elapsedMs: Math.round(performance.now() - begun),
    },
  }
}

/** Dead letters are sent at least once: they are counted by what they are about. */
function countSettled({ eventIds, deadLetters }: Settled, moved: string[], expected: string[], poison: Poison[]) {
  const dead = new Set([...deadLetters, ...moved].map((body) => poisonIn(body) ?? body))
  const lostEvents = expected.filter((id) => !eventIds.has(id))
  const lostPoison = poison.filter(({ name }) => !dead.has(name))
  return { lost: lostEvents.length + lostPoison.length, deadLetters: dead.size }
}

const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0)
