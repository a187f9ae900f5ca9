import type { FaultsResult } from './drill-faults.ts'
import type { OutageResult } from './outage.ts'

/** What came of a drill of faults, for people: a line for each fault, and the sums. */
export function describeFaults({ faults, sites, cases, classified, slowDown, denied, elapsedMs }: FaultsResult) {
  const rows = faults.map(({ error, on, verdict, sites: tried, classified: fine }) => {
    return `${`${fine} of ${tried}`.padEnd(11)} ${error.padEnd(38)} ${on.padEnd(12)} ${verdict}`
  })
  return [
    ...rows,
    '',
    `${classified} of ${cases} classified, at ${sites} calls of the subscribers, in ${elapsedMs} ms`,
    `SlowDown for 30 s  ${describeOutage(slowDown)}`,
    `denied for good    ${describeOutage(denied)}`,
  ]
}

function describeOutage({ deliveries, failedCalls, deadLetters }: OutageResult): string {
  return `${deadLetters} dead letters of ${deliveries} deliveries, ${failedCalls} calls failed`
}
