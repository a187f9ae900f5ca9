import { plural } from '../printing/plural.ts'
import type { DeliverySummary } from './summarize-deliveries.ts'

/** `3 uploads, 9 deliveries: 7 done, 1 skipped, 1 rejected, 0 dead letters` */
export function describeSummary({ objects, deliveries, outcomes }: DeliverySummary): string {
  const { done, skipped, rejected, dead } = outcomes
  const parts = [`${done} done`]
  if (skipped > 0) parts.push(`${skipped} skipped`)
  if (rejected > 0) parts.push(`${rejected} rejected`)
  parts.push(plural(dead, 'dead letter'))
  return `  ${plural(objects, 'upload')}, ${plural(deliveries, 'delivery', 'deliveries')}: ${parts.join(', ')}`
}

/** `  1500 deliveries in 12.1 s: 124/s, lag p50 310 ms, p95 900 ms` */
export function describeRate({ deliveries, elapsedMs, rate, lagMs }: DeliverySummary): string {
  const lag = lagMs.p50 === undefined ? '' : `, lag p50 ${lagMs.p50} ms, p95 ${lagMs.p95} ms`
  return `  ${plural(deliveries, 'delivery', 'deliveries')} in ${(elapsedMs / 1000).toFixed(1)} s: ${Math.round(rate)}/s${lag}`
}
