import type { DeliveryOutcome } from '@fanout/schemas'
import type { Delivery, ObjectDeliveries } from './await-deliveries.ts'

/** A run in figures. */
export interface DeliverySummary {
  objects: number
  deliveries: number
  outcomes: Record<DeliveryOutcome, number>
  /** From the start of the first upload to the last settlement. */
  elapsedMs: number
  /** Deliveries per second of it. */
  rate: number
  lagMs: { p50: number | undefined; p95: number | undefined }
}

export function summarizeDeliveries(objects: readonly ObjectDeliveries[]): DeliverySummary {
  const deliveries = objects.flatMap((object) => [...object.subscribers.values()])
  const outcomes: Record<DeliveryOutcome, number> = { done: 0, skipped: 0, rejected: 0, dead: 0 }
  for (const { outcome } of deliveries) outcomes[outcome] += 1
  const elapsedMs = elapsedOf(objects, deliveries)
  const lags = deliveries.flatMap(({ lagMs }) => lagMs ?? []).toSorted((a, b) => a - b)
  return {
    objects: objects.length,
    deliveries: deliveries.length,
    outcomes,
    elapsedMs,
    rate: elapsedMs === 0 ? 0 : Math.round((deliveries.length / elapsedMs) * 10_000) / 10,
    lagMs: { p50: percentile(lags, 0.5), p95: percentile(lags, 0.95) },
  }
}

function elapsedOf(objects: readonly ObjectDeliveries[], deliveries: readonly Delivery[]): number {
  if (deliveries.length === 0) return 0
  const first = objects.reduce((least, { startedAt }) => Math.min(least, startedAt), Infinity)
  const last = deliveries.reduce((most, { settledAt }) => Math.max(most, settledAt), 0)
  return Math.max(0, last - first)
}

/** The nearest-rank percentile. */
function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
}
