import { peekDeadLetters, type Stage } from '@fanout/operator'
import { createCloudBucket } from '../cloud/cloud-bucket.ts'
import { startCloudSession } from '../cloud/cloud-session.ts'
import type { Decide } from '../cloud/gateway.ts'
import { readWhatIsKept } from '../cloud/what-is-kept.ts'
import { createContents } from '../content.ts'
import { createRandom } from '../random.ts'
import { createCases, judge, performCases, type FaultCase } from './fault-case.ts'
import { listFaults, type Fault } from './fault.ts'
import { findSites } from './find-sites.ts'
import { drillOutage, type OutageResult } from './outage.ts'

export interface FaultsResult {
  /** Calls of the three subscribers. */
  sites: number
  /** Faults at call sites. */
  cases: number
  /** Those of which the delivery came to what it must. */
  classified: number
  wrong: string[]
  faults: FaultResult[]
  /** Every call of every job ends in SlowDown for 30 s: no dead letters. */
  slowDown: OutageResult
  /** Every call of every job is denied for good: a dead letter for each delivery. */
  denied: OutageResult
  elapsedMs: number
}

/** A fault, at how many call sites it was tried, and at how many of them the delivery came to the verdict. */
export interface FaultResult extends Fault {
  sites: number
  classified: number
}

/**
 * Visibilities are six times the time-outs of the functions, which pass in real time: this much faster, and no message
 * comes again while its function is still at work. 1 to 10 s until a failed one comes again are up to 1.7 s.
 */
export const TIME_SCALE = 6

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
    const problems = new Map(cases.map((one) => [one, judge(one, deliveries)]))
    const wrong = [...problems.values()].filter((problem) => problem !== undefined)
    for (const { subscriber, keys, reason } of await peekDeadLetters(stage)) {
      wrong.push(`dead letter of ${subscriber}: ${keys[0]}, ${reason}`)
    }
    return {
      sites: sites.length,
      cases: cases.length,
      classified: cases.filter((one) => problems.get(one) === undefined).length,
      wrong,
      faults: sumUp(cases, (one) => problems.get(one) === undefined),
      slowDown: await drillOutage({ seed, error: 'SlowDown', status: 503, lastsMs: 30_000 }),
      denied: await drillOutage({ seed, error: 'AccessDenied', status: 403, lastsMs: Infinity }),
      elapsedMs: Math.round(performance.now() - begun),
    }
  } finally {
    await close()
  }
}

export function isAllClassified({ wrong, slowDown, denied }: FaultsResult): boolean {
  return wrong.length === 0 && slowDown.deadLetters === 0 && denied.deadLetters === denied.deliveries
}

function sumUp(cases: FaultCase[], isClassified: (one: FaultCase) => boolean): FaultResult[] {
  return listFaults().map((fault) => {
    const ofFault = cases.filter((one) => one.fault.error === fault.error && one.fault.on === fault.on)
    return { ...fault, sites: ofFault.length, classified: ofFault.filter(isClassified).length }
  })
}

// An audit entry names the bucket, too: the tables first
function nameResources({ uploadsBucket, deliveriesTable = '-', subscribers }: Stage): Map<string, string> {
  const own = subscribers.flatMap(({ resources }) => Object.entries(resources).map(([name, id]) => [id, name] as const))
  return new Map([...own, [deliveriesTable, 'deliveries'], [uploadsBucket, 'uploads']])
}
