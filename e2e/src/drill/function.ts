import type { Job } from '@fanout/handler'
import { buildLambdaContext, createTestHandler } from '@fanout/handler/testing'
import type { SQSRecord } from 'aws-lambda'
import type { Clock } from './clock.ts'
import { startLife, type Damage } from './life.ts'
import type { Queue } from './queue.ts'
import type { Random } from './random.ts'
import type { Trouble } from './trouble.ts'

/** A subscriber with everything outside of it in memory. */
export interface DrillSubscriber {
  name: string
  /** Its job, in a process whose calls go through `around`. */
  job: (around: <T extends object>(deps: T) => T) => Job
  recordsInFlight: number
}

/** What is left of a subscriber's deliveries. */
export interface Settled {
  /** Ids of the events that it has settled as done, skipped or rejected. */
  eventIds: Set<string>
  /** Bodies. */
  deadLetters: string[]
}

interface World {
  clock: Clock
  random: Random
  trouble: Trouble
  damage: Damage
}

type Environment = ReturnType<typeof startEnvironment>

// As the templates have them, and as Lambda does: no more than ten in a batch without a window
const BATCH_SIZE = 10
const CONCURRENCY = 60
const TIMEOUT_MS = 60_000
const MAX_ATTEMPTS = 9
export const VISIBILITY_SECONDS = (6 * TIMEOUT_MS) / 1000
export const MAX_RECEIVE_COUNT = MAX_ATTEMPTS + 5

/** Feeds the queue's messages to the subscriber's handler, in processes that may die, as an event source mapping does. */
export function startFunction(subscriber: DrillSubscriber, queue: Queue, world: World): Settled {
  const { clock, random } = world
  const settled: Settled = { eventIds: new Set(), deadLetters: [] }
  let idle: Environment[] = []
  let running = 0
  let isPolling = false

  queue.onVisible = () => {
    if (isPolling) return
    isPolling = true
    clock.after(5, poll)
  }

  function poll() {
    isPolling = false
    while (running < CONCURRENCY) {
      const batch = queue.receive(BATCH_SIZE)
      if (batch.length === 0) return
      running += 1
      const environment = idle.pop() ?? startEnvironment(subscriber, queue, settled, world)
      void invoke(environment, batch)
    }
  }

  async function invoke(environment: Environment, batch: SQSRecord[]) {
    const { life } = environment
    let isEnded = false
    const end = () => {
      if (isEnded) return
      isEnded = true
      running -= 1
      queue.onVisible()
    }
    environment.onDeath = end
    const deadline = clock.now() + TIMEOUT_MS
    clock.after(TIMEOUT_MS, () => void (isEnded || life.end()))
    if (random.chance(world.trouble.deaths)) clock.after(random.below(1000), () => void (isEnded || life.end()))
    const context = buildLambdaContext()
    context.getRemainingTimeInMillis = () => deadline - clock.now()

    const response = await environment.handler({ Records: batch }, context)
    if (life.isOver()) return
    const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
    for (const { messageId, receiptHandle } of batch) if (!failed.has(messageId)) queue.remove(receiptHandle)
    idle.push(environment)
    end()
  }

  return settled
}

/** One process of the function: it handles one batch after the other until it dies. */
function startEnvironment(
  { name, job, recordsInFlight }: DrillSubscriber,
  queue: Queue,
  settled: Settled,
  world: World,
) {
  const { clock, random, trouble, damage } = world
  const environment = { onDeath: () => {} }
  const life = startLife(trouble, damage, () => environment.onDeath(), world)
  const outside = life.around({
    changeVisibility: async (handle: string, seconds: number) => queue.changeVisibility(handle, seconds),
    sendDeadLetter: async ({ body }: { body: string }) => void settled.deadLetters.push(body),
    writeDelivery: async () => {},
  })
  const { handler } = createTestHandler(job(life.around), {
    env: {
      STAGE: 'drill',
      SUBSCRIBER: name,
      UPLOADS_BUCKET: 'uploads',
      QUEUE_URL: 'http://127.0.0.1/queue',
      DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1/dead-letters',
      MAX_ATTEMPTS,
      RECORDS_IN_FLIGHT: recordsInFlight,
    },
    queue: outside,
    // The record itself may be lost: it is for people. That there was one is what counts here
    writeDelivery: ({ eventId, outcome }) => {
      if (outcome !== 'dead') settled.eventIds.add(eventId)
      return outside.writeDelivery()
    },
    now: clock.now,
    random: random.next,
  })
  return Object.assign(environment, { handler, life })
}
