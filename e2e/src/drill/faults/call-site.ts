import type { GatewayCall } from '../cloud/gateway.ts'

/** One of the calls that a subscriber makes for one event: the first HEAD of the uploads bucket, the second, … */
export interface CallSite {
  subscriber: string
  operation: string
  /** The bucket or table. */
  of: string
  /** Among the calls of this operation on it, from 1. */
  number: number
}

/**
 * Tells call sites apart, for the calls of one subscriber for one event in their order.
 * @param resources names that people use, by those of AWS
 */
export function createCallCounter(resources: ReadonlyMap<string, string>): (call: GatewayCall) => CallSite {
  const counts = new Map<string, number>()
  const sites = new Map<string, CallSite>()
  return (call) => {
    // The SDK tries again by itself
    const known = sites.get(call.invocationId)
    if (known) return known
    const { subscriber, operation, target, body } = call
    const text = `${target} ${body.toString('latin1')}`
    const of = [...resources].find(([name]) => text.includes(name))?.[1] ?? 'unknown'
    const name = `${operation} ${of}`
    const number = (counts.get(name) ?? 0) + 1
    counts.set(name, number)
    const site = { subscriber, operation, of, number }
    sites.set(call.invocationId, site)
    return site
  }
}

export function nameSite({ subscriber, operation, of, number }: CallSite): string {
  return `${subscriber}: ${operation} ${of} ${number}`
}

/** The key that a call is about, of those that the drill makes. */
export function keyOf({ target, body }: Pick<GatewayCall, 'target' | 'body'>): string | undefined {
  return /case-\w+-\.png/.exec(`${target} ${body.toString('latin1')}`)?.[0]
}
