import { plural } from '../printing/plural.ts'
import { printable } from '../printing/printable.ts'
import type { Difference } from '../reconcile/difference.ts'
import type { KeeperReport } from '../reconcile/reconcile-stage.ts'
import type { RepairResult } from '../reconcile/repair-differences.ts'
import type { Stage } from '../stage/stage.ts'

const MOST_LISTED = 1000
const MOST_PRINTED = 20

/** @param notCompared names of subscribers of which nobody knows what they should keep */
export function printReportsJson(
  stage: Stage,
  reports: KeeperReport[],
  notCompared: string[],
  repair: RepairResult | undefined,
  elapsedMs: number,
): void {
  const subscribers = reports.map(({ differences, ...report }) => ({
    ...report,
    ...countTypes(differences),
    differences: differences.slice(0, MOST_LISTED).map(differenceDocument),
  }))
  const document = {
    stage: stage.name,
    objects: reports[0]?.objects ?? 0,
    differences: reports.reduce((sum, report) => sum + report.differences.length, 0),
    subscribers,
    notCompared,
    repair: repair
      ? {
          ...repair,
          pending: repair.pending.map(differenceDocument),
          unrepairable: repair.unrepairable.map(differenceDocument),
        }
      : null,
    elapsedMs,
  }
  console.log(JSON.stringify(document, undefined, 2))
}

const differenceDocument = ({ key, ...difference }: Difference) => ({ key: key ?? null, ...difference })

function countTypes(differences: Difference[]) {
  const count = (type: Difference['type']) => differences.filter((difference) => difference.type === type).length
  return { missing: count('missing'), outdated: count('outdated'), orphaned: count('orphaned') }
}

export function printReports(reports: KeeperReport[], notCompared: string[]): void {
  for (const { subscriber, objects, current, explained, archived, foreign, differences } of reports) {
    const { missing, outdated, orphaned } = countTypes(differences)
    const parts = [`${current} current`, `${explained} skipped or rejected`]
    if (missing > 0) parts.push(`${missing} missing`)
    if (outdated > 0) parts.push(`${outdated} outdated`)
    if (orphaned > 0) parts.push(`${orphaned} left behind by objects that are gone`)
    if (archived > 0) parts.push(`${archived} in an archive, not to be mended until they are restored`)
    if (foreign > 0) parts.push(`${foreign} not written by it`)
    console.log(`${subscriber}  ${plural(objects, 'object')}: ${parts.join(', ')}`)
    for (const { type, key, name } of differences.slice(0, MOST_PRINTED)) {
      console.log(`  ${type.padEnd(9)} ${printable(key ?? name)}`)
    }
    if (differences.length > MOST_PRINTED) console.log(`  … and ${differences.length - MOST_PRINTED} more (--json)`)
  }
  if (reports.length === 0) console.log('no subscriber keeps anything that can be compared')
  else if (notCompared.length > 0) console.log(`not compared: ${notCompared.join(', ')} (no apps/NAME/outputs.ts)`)
  if (reports.some(({ differences }) => differences.length > 0))
    console.log('\n  mend it   pnpm fanout reconcile --repair')
}

export function printRepair({ sent, mended, pending, unrepairable }: RepairResult): void {
  console.log(`\nsent ${plural(sent, 'event')}, mended ${mended}`)
  for (const { subscriber, key = '' } of pending.slice(0, MOST_PRINTED)) {
    console.log(`  not yet   ${subscriber}  ${printable(key)}   pnpm fanout status KEY says why`)
  }
  for (const { subscriber, name } of unrepairable.slice(0, MOST_PRINTED)) {
    console.log(`  not to be told whose   ${subscriber}  ${printable(name)}`)
  }
}
