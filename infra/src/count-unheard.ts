/** An uploaded object, as the bucket's listing tells it. */
export interface Upload {
  key: string
  /** Epoch milliseconds, in whole seconds. */
  lastModified: number
}

export interface UnheardDeps {
  /** Every object, page by page. */
  uploads: { list(): AsyncIterable<Upload[]> }
  deliveries: {
    /** Whether any subscriber has settled any event of this key since then. */
    hasSince(key: string, since: number): Promise<boolean>
  }
}

export interface CheckOptions {
  /** Epoch milliseconds. */
  now: number
  /** Younger objects are left to the next day: their deliveries may still be tried. */
  settledAfterHours: number
  remainingMs: () => number
}

export interface Unheard {
  checked: number
  count: number
  /** Some of them. */
  keys: string[]
}

const HOUR = 3_600_000
// A day, and an hour for a run that begins late
const SPAN = 25 * HOUR

const PARALLEL = 16
const MOST_KEYS = 20
const RESERVE_MS = 10_000

/**
 * Counts the objects of one day of which no event came: S3 tells the topic of an upload once, and when it may not, nothing
 * else is left of it. An object that was replaced since is looked at as what it is now.
 *
 * @throws Error when there are too many to look at in the time there is: a count that leaves some out would say "well"
 */
export async function countUnheard(
  { uploads, deliveries }: UnheardDeps,
  { now, settledAfterHours, remainingMs }: CheckOptions,
): Promise<Unheard> {
  const end = now - settledAfterHours * HOUR
  const found: Unheard = { checked: 0, count: 0, keys: [] }
  for await (const page of uploads.list()) {
    const young = page.filter(({ lastModified }) => lastModified >= end - SPAN && lastModified < end)
    while (young.length > 0) {
      if (remainingMs() < RESERVE_MS) throw new Error(`too many objects to look at: ${found.checked} were in time`)
      const some = young.splice(0, PARALLEL)
      const heard = await Promise.all(some.map(({ key, lastModified }) => deliveries.hasSince(key, lastModified)))
      const unheard = some.filter((_, index) => !heard[index]).map(({ key }) => key)
      found.checked += some.length
      found.count += unheard.length
      found.keys = [...found.keys, ...unheard].slice(0, MOST_KEYS)
    }
    if (remainingMs() < RESERVE_MS) throw new Error(`too many objects to list: ${found.checked} were looked at in time`)
  }
  return found
}
