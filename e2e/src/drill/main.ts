import { readOrExit } from '../read-or-exit.ts'
import { describeDifferences } from './compare.ts'
import { isAsExpected, type Drilled } from './drilled.ts'
import { readOptions } from './options.ts'
import { drillRuns } from './runs.ts'
import { USAGE } from './usage.ts'

/** `pnpm drill`: what docs/testing.md says of it. */
const { options, runs, kills, isJson, kind } = readOrExit('drill', USAGE, readOptions)

switch (kind) {
  case 'virtual':
    tell(await drillRuns(runs, options))
    break
  case 'cloud': {
    // Loaded only here: what it takes is more than the rest
    const { drillThroughLocalCloud } = await import('./cloud/through-local-cloud.ts')
    tell(await drillThroughLocalCloud({ ...options, kills }))
    break
  }
  case 'faults': {
    const { drillFaults, isAllClassified } = await import('./faults/drill-faults.ts')
    const { describeFaults } = await import('./faults/describe-faults.ts')
    const result = await drillFaults(options.seed)
    finish(result.wrong, result, describeFaults(result), isAllClassified(result))
  }
}

function tell({ result, differences }: Drilled): void {
  const lines = Object.entries(result).map(([name, value]) => `${name.padEnd(18)} ${value}`)
  finish(describeDifferences(differences), result, lines, isAsExpected(result))
}

function finish(problems: string[], result: object, lines: string[], isFine: boolean): void {
  for (const problem of problems) console.error(problem)
  console.log(isJson ? JSON.stringify(result) : lines.join('\n'))
  // Processes that have died in virtual time have left their timers behind
  process.exit(isFine ? 0 : 1)
}
