import { buildNotification } from '@fanout/event-parsing/testing'
import { createBucket } from '../bucket.ts'
import { createClock } from '../clock.ts'
import { createContents } from '../content.ts'
import { MAX_RECEIVE_COUNT, startFunction, VISIBILITY_SECONDS } from '../function.ts'
import { createHistory } from '../history.ts'
import { describeOperation } from '../operation.ts'
import { createQueue } from '../queue.ts'
import { createRandom } from '../random.ts'
import { createSubscribers } from '../subscribers.ts'
import { awsError } from '../trouble.ts'

export interface Outage {
  seed: number
  /** What every call of every job ends in. */
  error: string
  status: number
  /** From the first event on. */
  lastsMs: number
}

export interface OutageResult {
  deliveries: number
  /** Calls of the jobs. */
  failedCalls: number
  deadLetters: number
}

const EVENTS = 300
const startedAt = Date.parse('2026-01-21T23:21:00.000Z')

/** Some hundreds of events in virtual time, while nothing works that the jobs need. */
export async function drillOutage({ seed, error, status, lastsMs }: Outage): Promise<OutageResult> {
  const random = createRandom(seed)
  const clock = createClock(startedAt)
  const bucket = createBucket()
  const contents = await createContents(16, random.fork())
  const history = { operations: EVENTS, keys: 30, contents, sequencers: 'aws', meanMs: 50 } as const
  // The thumbnailer does not even look at annotations
  const operations = createHistory(history, random.fork()).filter(({ type }) => type !== 'annotate')
  const isOver = () => clock.now() >= startedAt + lastsMs
  const createError = awsError(error, status)
  let failedCalls = 0
  const failUntilOver = () => {
    if (isOver()) return
    failedCalls += 1
    throw createError()
  }
  const trouble = { failures: 0, deaths: 0, errors: [] }
  const world = { clock, random: random.fork(), trouble, damage: { failedCalls: 0, deaths: 0 } }

  const settlements = []
  for (const subscriber of createSubscribers(bucket, clock, true).all) {
    const limits = { visibilitySeconds: VISIBILITY_SECONDS, maxReceiveCount: MAX_RECEIVE_COUNT, isShuffled: true }
    const queue = createQueue(limits, clock, random.fork())
    const job: typeof subscriber.job = (around) => subscriber.job((deps) => around(failing(deps, failUntilOver)))
    settlements.push({ settled: startFunction({ ...subscriber, job }, queue, world), moved: queue.moved })
    for (const operation of operations) {
      clock.after(operation.at, () => queue.send(buildNotification(describeOperation(operation, startedAt))))
    }
  }
  for (const operation of operations) clock.after(operation.at, () => bucket.apply(operation, clock.now()))
  await clock.run()
  const deadLetters = settlements.reduce(
    (sum, { settled, moved }) => sum + settled.deadLetters.length + moved.length,
    0,
  )
  return { deliveries: operations.length * settlements.length, failedCalls, deadLetters }
}

function failing<T extends object>(deps: T, failUntilOver: () => void): T {
  return new Proxy(deps, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        failUntilOver()
        return value.apply(target, args) as unknown
      }
    },
  })
}
