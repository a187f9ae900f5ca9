import type { Stage } from '@fanout/operator'
import type { CloudBucket } from '../cloud/cloud-bucket.ts'
import type { Decide } from '../cloud/gateway.ts'
import { settle } from '../cloud/settle.ts'
import type { Content } from '../content.ts'
import { createCallCounter, keyOf, nameSite, type CallSite } from './call-site.ts'
import { scenarios, type Scenario } from './scenario.ts'

/** A call that a subscriber makes for the last operation of a scenario. */
export interface ScenarioSite {
  scenario: Scenario
  site: CallSite
}

/** What a drill of faults works with. */
export interface FaultWorld {
  stage: Stage
  bucket: CloudBucket
  contents: Content[]
  /** Names that people use, by those of AWS. */
  resources: ReadonlyMap<string, string>
  /** What becomes of the functions' calls from now on. */
  calls: { decide: Decide }
}

/** Watches what the subscribers call when nothing goes wrong. */
export async function findSites(world: FaultWorld): Promise<ScenarioSite[]> {
  const planned = scenarios.map((scenario) => ({ scenario, key: `case-${scenario.name}-.png` }))
  const sites = new Map<string, ScenarioSite>()
  const counters = new Map<string, ReturnType<typeof createCallCounter>>()
  await performScenarios(planned, world, (call) => {
    const one = planned.find(({ key }) => key === keyOf(call))
    if (!one) return 'forwarded'
    const name = `${one.key} ${call.subscriber}`
    const siteOf = counters.get(name) ?? createCallCounter(world.resources)
    counters.set(name, siteOf)
    const site = siteOf(call)
    sites.set(`${one.key} ${nameSite(site)}`, { scenario: one.scenario, site })
    return 'forwarded'
  })
  return [...sites.values()]
}

/** Performs scenarios beside each other, and decides about the calls for the last operation of each. */
export async function performScenarios(
  planned: readonly { scenario: Scenario; key: string }[],
  { stage, bucket, contents, calls }: FaultWorld,
  decide: Decide,
): Promise<void> {
  const all = planned.map(({ scenario, key }) => scenario.operations(key, contents))
  calls.decide = () => 'forwarded'
  for (const operation of all.flatMap((operations) => operations.slice(0, -1))) await bucket.apply(operation)
  await settle(stage)
  calls.decide = decide
  for (const operation of all.flatMap((operations) => operations.slice(-1))) await bucket.apply(operation)
  await settle(stage)
}
