import type { Stage } from '../stage/stage.ts'
import { checkAlarms } from './check-alarms.ts'
import { checkCapacity } from './check-capacity.ts'
import { checkFolders } from './check-folders.ts'
import { checkHub } from './check-hub.ts'
import { checkQueues } from './check-queues.ts'
import { checkSubscriptions } from './check-subscriptions.ts'
import { unknown, type Finding } from './finding.ts'

/** Looks at everything of a stage that can be seen from outside; what may not be looked at is a finding, too. */
export async function examineStage(stage: Stage, root: string): Promise<Finding[]> {
  const checks: Record<string, (stage: Stage, root: string) => Promise<Finding[]>> = {
    notification: checkHub,
    subscriptions: checkSubscriptions,
    queues: checkQueues,
    folders: checkFolders,
    alarms: checkAlarms,
    concurrency: checkCapacity,
  }
  const findings = Object.entries(checks).map(async ([name, check]) => {
    try {
      return await check(stage, root)
    } catch (error) {
      return [
        unknown(name, `cannot be looked at: ${error instanceof Error ? error.message || error.name : String(error)}`),
      ]
    }
  })
  return (await Promise.all(findings)).flat()
}
