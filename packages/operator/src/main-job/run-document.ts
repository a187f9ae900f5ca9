import type { ObjectDeliveries } from './await-deliveries.ts'
import { summarizeDeliveries } from './summarize-deliveries.ts'

/** What `start --once --json` prints: null where there is nothing to say. */
export function createRunDocument(objects: readonly ObjectDeliveries[], subscribers: readonly string[]) {
  const { deliveries, outcomes, elapsedMs, rate, lagMs } = summarizeDeliveries(objects)
  return {
    objects: objects.map((object) => ({ key: object.key, subscribers: settledBy(object) })),
    subscribers: subscribers.toSorted(),
    deliveries,
    deadLetters: outcomes.dead,
    elapsedMs,
    rate,
    lagMs: { p50: lagMs.p50 ?? null, p95: lagMs.p95 ?? null },
  }
}

function settledBy({ subscribers }: ObjectDeliveries) {
  return Object.fromEntries(
    [...subscribers]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { outcome, reason, attempts, lagMs }]) => [
        name,
        { outcome, reason: reason ?? null, attempts, lagMs: lagMs ?? null },
      ]),
  )
}
