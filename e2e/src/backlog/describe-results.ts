import { toTable } from '../generated-block.ts'
import { createRandom } from '../drill/random.ts'
import { simulateBacklog, type Scenario } from './simulate-backlog.ts'

/** A table of what each scenario came to; the same one every time. */
export function describeResults(scenarios: readonly Scenario[]): string {
  const rows = scenarios.map((scenario) => {
    const result = simulateBacklog(scenario, createRandom(1).next)
    const { uploads, mostWaiting, mostInFlight, drainSeconds, slowestSeconds, dead } = result
    return [
      scenario.name,
      ...[uploads, mostWaiting, mostInFlight].map(thousands),
      minutes(drainSeconds),
      minutes(slowestSeconds),
      `${thousands(dead)} (${((dead / uploads) * 100).toFixed(1)} %)`,
    ]
  })
  return toTable(['', 'uploads', 'most waiting', 'most in flight', 'drained after', 'slowest', 'dead letters'], rows)
}

const thousands = (count: number): string => count.toLocaleString('en')
const minutes = (seconds: number): string => `${Math.round(seconds / 60)} min`
