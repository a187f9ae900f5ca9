import { peekDeadLetters, type Stage } from '@fanout/operator'
import { createCloudBucket } from '../cloud/cloud-bucket.ts'
import { startCloudSession } from '../cloud/cloud-session.ts'
import type { Decide } from '../cloud/gateway.ts'
import { readWhatIsKept } from '../cloud/what-is-kept.ts'
import { createContents } from '../content.ts'
import { createRandom } from '../random.ts'
import { createCases, judge, performCases } from './fault-case.ts'
import { findSites } from './find-sites.ts'
import { drillOutage } from './outage.ts'

export interface FaultsResult {
  /** Calls of the three subscribers. */
  sites: number
  /** Faults at call sites. */
  cases: number
  /** Those of which the delivery came to what it must. */
  classified: number
  wrong: string[]
  /** Of deliveries in which every call of the job ends in SlowDown for the first 30 s. */
  outageDeadLetters: number
  /** Share of deliveries that become dead letters when every call is denied for good. */
  deniedShare: number
  elapsedMs: number
}

// 1 to 10 s until a message comes again are 30 to 300 ms
const TIME_SCALE = 30

/** Each fault at each call site that can end in it, once, in the calls that the real functions make in the local cloud. */
export async function drillFaults(seed: number): Promise<FaultsResult> {
  const begun = performance.now()
  const calls: { decide: Decide } = { decide: () => 'forwarded' }
  const { stage, close } = await startCloudSession({ timeScale: TIME_SCALE, decide: (call) => calls.decide(call) })
  try {
    const bucket = createCloudBucket(stage.clients.s3, stage.uploadsBucket)
    const contents = await createContents(2, createRandom(seed))
    const world = { stage, bucket, contents, calls, resources: nameResources(stage) }
    const sites = await findSites(world)
    const cases = createCases(sites, world)
    await performCases(cases, world)

    const { deliveries } = await readWhatIsKept(stage)
    const wrong = cases.flatMap((one) => judge(one, deliveries) ?? [])
    for (const { subscriber, keys, reason } of await peekDeadLetters(stage)) {
      wrong.push(`dead letter of ${subscriber}: ${keys[0]}, ${reason}`)
    }
    const outage = await drillOutage({ seed, error: 'SlowDown', status: 503, lastsMs: 30_000 })
    const denial = await drillOutage({ seed, error: 'AccessDenied', status: 403, lastsMs: Infinity })
    return {
      sites: sites.length,
      cases: cases.length,
      classified: cases.length - wrong.length,
      wrong,
      outageDeadLetters: outage.deadLetters,
      deniedShare: denial.deadLetters / denial.deliveries,
      elapsedMs: Math.round(performance.now() - begun),
    }
  } finally {
    await close()
  }
}

export function isAllClassified({ cases, classified, outageDeadLetters, deniedShare }: FaultsResult): boolean {
  return classified === cases && outageDeadLetters === 0 && deniedShare === 1
}

// An audit entry names the bucket, too: the tables first
function nameResources({ uploadsBucket, deliveriesTable = '-', subscribers }: Stage): Map<string, string> {
  const own = subscribers.flatMap(({ resources }) => Object.entries(resources).map(([name, id]) => [id, name] as const))
  return new Map([...own, [deliveriesTable, 'deliveries'], [uploadsBucket, 'uploads']])
}
