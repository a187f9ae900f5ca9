import { formatDifferences } from '@aws-cdk/cloudformation-diff'
import type { Stage } from '../lib/stages.ts'
import { findLosses, readChanges } from './changes.ts'
import { refuseLosses } from './deploy.ts'
import { openTarget } from './target.ts'

/**
 * Prints what a deploy of `cdk.out` would change.
 * @throws Error when something that holds data would be replaced or removed
 */
export async function diff(folder: string, stage: Stage): Promise<void> {
  const { region } = await openTarget(stage)
  const changes = await readChanges(folder, region)
  for (const { stack, diff: difference } of changes) {
    process.stdout.write(`\n${stack}: ${describe(difference.differenceCount)}\n`)
    formatDifferences(process.stdout, difference)
  }
  refuseLosses(findLosses(changes))
}

const describe = (count: number): string => (count === 0 ? 'no changes' : `${count} changes`)
