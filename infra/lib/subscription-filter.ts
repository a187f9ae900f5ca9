import { encodeKeyPrefix } from './encode-key-prefix.ts'
import { EVENT_FAMILIES, type EventFamily } from './event-families.ts'
import type { Stage } from './stages.ts'

type Match = string | { readonly prefix: string }

/** An SNS filter policy on the body of S3 notifications. */
export interface SubscriptionFilter {
  readonly Records: {
    readonly eventName?: readonly Match[]
    readonly s3?: { readonly object: { readonly key: readonly Match[] } }
  }
}

/** What a subscriber asks to hear, of all that its stage's bucket publishes. */
export interface Interest {
  readonly events: readonly EventFamily[] | undefined
  readonly prefixes: readonly string[]
}

/**
 * The filter that lets only those events through, undefined when the subscriber hears everything.
 * @throws Error for events that the bucket does not publish, and for a filter that SNS would refuse
 */
export function subscriptionFilter(
  { events, prefixes }: Interest,
  published: Stage['published'],
): SubscriptionFilter | undefined {
  const silent = (events ?? []).filter((family) => !published.events.includes(family))
  if (silent.length > 0) {
    throw new Error(
      `infra.ts: events: the uploads bucket does not publish ${silent.join(', ')}: ask for others, or publish it (infra/lib/stages.ts)`,
    )
  }
  const heard = events && events.length < published.events.length ? events.map(eventNameMatch) : []
  const keys = prefixes.map((prefix) => ({ prefix: encodeKeyPrefix(prefix) }))
  if (heard.length === 0 && keys.length === 0) return undefined

  refuseComplexity(heard.length, keys.length)
  return {
    Records: {
      ...(heard.length > 0 ? { eventName: heard } : {}),
      ...(keys.length > 0 ? { s3: { object: { key: keys } } } : {}),
    },
  }
}

/** Event names in a notification have no `s3:` in front, and the star of a family is a prefix. */
function eventNameMatch(family: EventFamily): Match {
  const name = EVENT_FAMILIES[family].slice('s3:'.length)
  return name.endsWith('*') ? { prefix: name.slice(0, -1) } : name
}

/**
 * SNS multiplies, over the keys of a filter, the number of values by the depth of the key, and refuses more than 150.
 * @see https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
 */
function refuseComplexity(events: number, prefixes: number): void {
  const factors = [
    { path: 'Records.eventName', values: events, depth: 2 },
    { path: 'Records.s3.object.key', values: prefixes, depth: 4 },
  ].filter(({ values }) => values > 0)
  const complexity = factors.reduce((product, { values, depth }) => product * values * depth, 1)
  if (complexity <= 150) return
  const sum = factors.map(({ path, values, depth }) => `${path} (${values} values x depth ${depth})`).join(' x ')
  throw new Error(
    `infra.ts: events and prefix: SNS would refuse the filter: ${sum} = ${complexity}, more than 150; ask for fewer events or prefixes`,
  )
}
