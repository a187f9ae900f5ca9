import { buildNotification, type EventOverrides } from '@fanout/event-parsing/testing'
import { describeOperation, type Operation } from './operation.ts'
import type { Poison } from './poison.ts'
import type { Random } from './random.ts'

/** A message on its way to every subscriber. */
interface Arrival {
  /** Milliseconds since the beginning of the history. */
  at: number
  body: string
}

export interface ArrivalOptions {
  startedAt: number
  /** Share of messages that come again. */
  duplicates: number
  /** Whether messages overtake each other. */
  isShuffled: boolean
}

export interface Arrivals {
  arrivals: Arrival[]
  duplicates: number
}

/** What S3 and SNS make of the operations: messages of one or several events, some late, some more than once. */
export function planArrivals(
  operations: readonly Operation[],
  poison: readonly Poison[],
  options: ArrivalOptions,
  random: Random,
): Arrivals {
  const endsAt = operations.at(-1)?.at ?? 0
  const messages = bundle(operations, options.startedAt, random)
  for (const each of poison) messages.push(poisoned(each, operations, options.startedAt, random))

  const arrivals: Arrival[] = []
  const arrive = ({ at, body }: Arrival) => arrivals.push({ at: at + delay(at, endsAt, options, random), body })
  for (const message of messages) arrive(message)
  const repeated = Math.round(operations.length * options.duplicates)
  for (let count = 0; count < repeated; count++) {
    const again = random.pick(messages)
    arrive({ at: again.at + random.below(60_000), body: again.body })
  }
  return { arrivals, duplicates: repeated }
}

/** S3 sends one event in a message, but its format is a list, and others send several. */
function bundle(operations: readonly Operation[], startedAt: number, random: Random): Arrival[] {
  const messages: Arrival[] = []
  for (let next = 0; next < operations.length;) {
    const size = random.chance(0.05) ? 2 + random.below(3) : 1
    const together = operations.slice(next, next + size)
    next += size
    const records = together.map((operation) => describeOperation(operation, startedAt))
    messages.push({ at: together.at(-1)?.at ?? 0, body: wrap(records, random) })
  }
  return messages
}

/** On its own, or beside an event that comes again. */
function poisoned(
  { body, record }: Poison,
  operations: readonly Operation[],
  startedAt: number,
  random: Random,
): Arrival {
  const neighbour = random.pick(operations)
  if (!record || random.chance(0.5)) return { at: neighbour.at, body }
  const records = [describeOperation(neighbour, startedAt), record]
  return { at: neighbour.at, body: wrap(random.chance(0.5) ? records : records.toReversed(), random) }
}

function wrap(records: EventOverrides[], random: Random): string {
  const body = buildNotification(...records)
  return random.chance(0.7) ? body : JSON.stringify({ Type: 'Notification', Message: body })
}

/** Most come soon, some after whatever has happened to their key since, and a few when all is over. */
function delay(at: number, endsAt: number, { isShuffled }: ArrivalOptions, random: Random): number {
  const usual = 20
  if (!isShuffled) return usual
  const draw = random.next()
  if (draw < 0.7) return usual + random.below(200)
  if (draw < 0.95) return usual + random.below(5_000)
  return random.below(endsAt - at + 120_000)
}
