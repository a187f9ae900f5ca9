import type { DeliveryRecord } from '@fanout/schemas'
import { createCallCounter, keyOf, nameSite } from './call-site.ts'
import { isOn, listFaults, type Fault } from './fault.ts'
import { performScenarios, type FaultWorld, type ScenarioSite } from './find-sites.ts'
import { replyOf } from './reply.ts'

/** A fault at a call site, in a scenario of its own. */
export interface FaultCase extends ScenarioSite {
  fault: Fault
  key: string
  siteOf: ReturnType<typeof createCallCounter>
  /** Of the call that ends in the fault, with all tries of the SDK. */
  invocationId?: string
}

/** Each fault at each call site that can end in it. */
export function createCases(sites: ScenarioSite[], { resources }: FaultWorld): FaultCase[] {
  const pairs = sites.flatMap((site) =>
    listFaults()
      .filter((fault) => isOn(fault, site.site.operation))
      .map((fault) => ({ ...site, fault })),
  )
  return pairs.map((pair, number) => ({ ...pair, key: `case-${number}-.png`, siteOf: createCallCounter(resources) }))
}

/** Lets each case's call end in its fault, once. */
export async function performCases(cases: FaultCase[], world: FaultWorld): Promise<void> {
  const byKey = new Map(cases.map((one) => [one.key, one]))
  await performScenarios(cases, world, (call) => {
    const one = byKey.get(keyOf(call) ?? '')
    if (!one || one.site.subscriber !== call.subscriber) return 'forwarded'
    if (nameSite(one.siteOf(call)) === nameSite(one.site)) one.invocationId = call.invocationId
    return one.invocationId === call.invocationId ? replyOf(one.fault, call) : 'forwarded'
  })
}

/** What is wrong with how the delivery ended. */
export function judge(one: FaultCase, deliveries: readonly DeliveryRecord[]): string | undefined {
  const { scenario, site, fault, key, invocationId } = one
  const name = `${fault.error} in the ${scenario.name}, ${nameSite(site)}`
  if (invocationId === undefined) return `${name}: the call was not made`
  const operations = scenario.operations(key, []).length
  const records = deliveries.filter(({ objectKey, subscriber }) => objectKey === key && subscriber === site.subscriber)
  // Records are for people: that one cannot be written is no failure of the delivery
  if (site.of === 'deliveries') return records.length < operations ? undefined : `${name}: recorded all the same`
  const last = records.toSorted((a, b) => (a.eventTime < b.eventTime ? -1 : 1)).at(-1)
  if (!last || records.length < operations) return `${name}: not settled`
  const verdict = last.attempts === 1 ? 'settled at once' : 'tried again'
  const isFine = (last.outcome === 'done' || last.outcome === 'skipped') && verdict === fault.verdict
  return isFine ? undefined : `${name}: ${last.outcome} after ${last.attempts} receives, not ${fault.verdict}`
}
