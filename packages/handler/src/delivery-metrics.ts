import type { DeliveryRecord, MetricName } from '@fanout/schemas'
import { formatMetrics } from './emf.ts'
import type { HandlerParts } from './invocation.ts'
import type { Verdict } from './run-job.ts'

/** Counts what became of the events of one invocation, for CloudWatch. */
export interface DeliveryMetrics {
  settled(outcome: Verdict['outcome'], record: DeliveryRecord | undefined): void
  /** Something failed and will come again; milliseconds since its event. */
  retried(ageMs: number): void
  /** Writes one line, and one more for each reason of dead letters; nothing for an invocation that settled nothing. */
  write(): void
}

const NAMES = { done: 'Done', skipped: 'Skipped', rejected: 'Rejected', failed: 'Dead' } as const
const VALUES_PER_LINE = 100

export function createDeliveryMetrics({
  env,
  now,
  writeLine,
}: Pick<HandlerParts, 'env' | 'now' | 'writeLine'>): DeliveryMetrics {
  const values = new Map<MetricName, number>()
  const lags: number[] = []
  const deadByReason = new Map<string, number>()
  const count = (name: MetricName) => values.set(name, (values.get(name) ?? 0) + 1)

  return {
    settled(outcome, record) {
      count(NAMES[outcome.type])
      if (outcome.type === 'failed') {
        const reason = outcome.error.name
        deadByReason.set(reason, (deadByReason.get(reason) ?? 0) + 1)
      } else if (record && !record.replay) lags.push(record.lagMs)
    },
    retried(ageMs) {
      count('Retried')
      const ageSeconds = Math.max(0, Math.round(ageMs / 1000))
      values.set('OldestRetry', Math.max(values.get('OldestRetry') ?? 0, ageSeconds))
    },
    write() {
      if (values.size === 0) return
      const dimensions = { stage: env.STAGE, subscriber: env.SUBSCRIBER }
      for (const line of linesOf(values, lags)) writeLine(formatMetrics(now(), dimensions, line))
      for (const [reason, dead] of deadByReason) {
        writeLine(formatMetrics(now(), { ...dimensions, reason }, new Map([['Dead', dead]])))
      }
    },
  }
}

type Line = Map<MetricName, number | number[]>

/** The first line holds everything; a batch of more than a hundred has further ones for the rest of its lags. */
function linesOf(values: ReadonlyMap<MetricName, number>, lags: number[]): Line[] {
  const chunks = Array.from({ length: Math.ceil(lags.length / VALUES_PER_LINE) }, (_, index) =>
    lags.slice(index * VALUES_PER_LINE, (index + 1) * VALUES_PER_LINE),
  )
  const [first, ...others] = chunks
  const whole: Line = new Map(values)
  if (first) whole.set('Lag', first)
  return [whole, ...others.map((chunk): Line => new Map([['Lag', chunk]]))]
}
