import type { DeliveryOutcome } from '@fanout/schemas'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DeliverySource } from './delivery-source.ts'
import { StalledError } from './stalled-error.ts'

/** How one subscriber settled one upload. */
export interface Delivery {
  outcome: DeliveryOutcome
  reason: string | undefined
  /** What a done job says of its work. */
  detail: string | undefined
  attempts: number
  /** Unknown for a dead letter that the subscriber itself did not write. */
  lagMs: number | undefined
  /** Epoch milliseconds. */
  settledAt: number
}

/** One upload and what the subscribers made of it so far, by name. */
export interface ObjectDeliveries {
  key: string
  startedAt: number
  subscribers: Map<string, Delivery>
}

export interface AwaitOptions {
  /** After this long without any new delivery the wait is given up. */
  stallMs: number
  signal?: AbortSignal
  /** Called for every delivery, in the order in which they are seen. */
  onDelivery?: (object: ObjectDeliveries) => void
}

/**
 * Waits until every subscriber has settled every upload: by a delivery record of the upload's own event, or by a dead letter.
 * @throws {StalledError} saying which subscriber is missing what
 */
export async function awaitDeliveries(
  uploads: readonly { key: string; startedAt: number }[],
  subscribers: readonly string[],
  source: DeliverySource,
  options: AwaitOptions,
): Promise<ObjectDeliveries[]> {
  const objects = uploads.map(({ key, startedAt }) => ({ key, startedAt, subscribers: new Map<string, Delivery>() }))
  const isSettled = (object: ObjectDeliveries) => subscribers.every((name) => object.subscribers.has(name))
  let pending: ObjectDeliveries[] = objects.filter((object) => !isSettled(object))
  let lastProgress = Date.now()
  let pause = SHORTEST_PAUSE_MS
  const report = (object: ObjectDeliveries) => {
    lastProgress = Date.now()
    pause = SHORTEST_PAUSE_MS
    options.onDelivery?.(object)
  }

  for (let round = 0; pending.length > 0; round += 1) {
    const window = chooseWindow(pending, round)
    await Promise.all(window.map((object) => readInto(object, subscribers, source, report)))
    if (pause >= LONGEST_PAUSE_MS) await readDeadLettersInto(pending, subscribers, source, report)
    pending = pending.filter((object) => !isSettled(object))
    if (Date.now() - lastProgress > options.stallMs)
      throw new StalledError(missingOf(pending, subscribers), options.stallMs)
    if (window.filter(isSettled).length >= window.length / 2) continue
    // Asking less often while much is under way leaves the machine to the functions
    await sleep(pending.length > WINDOW ? LONGEST_PAUSE_MS : pause, undefined, signalOf(options))
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)
  }
  return objects
}

const SHORTEST_PAUSE_MS = 15
const LONGEST_PAUSE_MS = 300
const WINDOW = 16

/** The oldest uploads, which are settled first as a rule, and some of the others in turn, lest one that hangs hides them. */
function chooseWindow(pending: readonly ObjectDeliveries[], round: number): ObjectDeliveries[] {
  const oldest = pending.slice(0, WINDOW / 2)
  const others = pending.slice(WINDOW / 2)
  const start = others.length === 0 ? 0 : (round * (WINDOW / 2)) % others.length
  return [...oldest, ...others.slice(start, start + WINDOW / 2)]
}

type Report = (object: ObjectDeliveries) => void

async function readInto(
  object: ObjectDeliveries,
  subscribers: readonly string[],
  source: DeliverySource,
  report: Report,
): Promise<void> {
  const records = await source.readDeliveries(object.key, new Date(object.startedAt).toISOString())
  for (const record of records) {
    if (!isOfUpload(object, record) || !subscribers.includes(record.subscriber)) continue
    if (object.subscribers.has(record.subscriber)) continue
    const { outcome, reason, detail, attempts, lagMs } = record
    object.subscribers.set(record.subscriber, {
      outcome,
      reason,
      detail,
      attempts,
      lagMs,
      settledAt: Date.parse(record.settledAt),
    })
    report(object)
  }
}

async function readDeadLettersInto(
  pending: readonly ObjectDeliveries[],
  subscribers: readonly string[],
  source: DeliverySource,
  report: Report,
): Promise<void> {
  for (const { subscriber, events, reason, attempts } of await source.readNewDeadLetters()) {
    for (const object of pending) {
      if (!subscribers.includes(subscriber) || object.subscribers.has(subscriber)) continue
      if (!events.some((event) => event.key === object.key && isOfUpload(object, event))) continue
      const delivery = { outcome: 'dead' as const, reason, detail: undefined, attempts, lagMs: undefined }
      object.subscribers.set(subscriber, { ...delivery, settledAt: Date.now() })
      report(object)
    }
  }
}

/** Whether it is about this upload, not about an earlier object of the same key. */
function isOfUpload(object: ObjectDeliveries, event: { eventName: string; eventTime: string }): boolean {
  return event.eventName.startsWith('ObjectCreated:') && Date.parse(event.eventTime) >= object.startedAt
}

function missingOf(pending: readonly ObjectDeliveries[], subscribers: readonly string[]): Map<string, string[]> {
  const missing = subscribers.map((name): [string, string[]] => [
    name,
    pending.filter((object) => !object.subscribers.has(name)).map((object) => object.key),
  ])
  return new Map(missing.filter(([, keys]) => keys.length > 0))
}

const signalOf = ({ signal }: AwaitOptions) => (signal ? { signal } : {})
