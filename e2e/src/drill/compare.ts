import { isDeepStrictEqual } from 'node:util'

/** What is kept of a key by one subscriber, and what should be. */
export interface Difference {
  subscriber: string
  key: string
  expected: unknown
  found: unknown
}

/** One difference for every key of which not exactly the expected is kept; `undefined` stands for nothing. */
export function compareKeys(
  subscriber: string,
  expected: ReadonlyMap<string, unknown>,
  found: ReadonlyMap<string, unknown>,
): Difference[] {
  const differences: Difference[] = []
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const difference = { subscriber, key, expected: expected.get(key), found: found.get(key) }
    if (!isDeepStrictEqual(difference.expected, difference.found)) differences.push(difference)
  }
  return differences
}

/** For people: the first few, a line each. */
export function describeDifferences(differences: Difference[], most = 10): string[] {
  const lines = differences.slice(0, most).map(({ subscriber, key, expected, found }) => {
    return `${subscriber} ${JSON.stringify(key)}: expected ${show(expected)}, found ${show(found)}`
  })
  return differences.length > most ? [...lines, `and ${differences.length - most} more`] : lines
}

const show = (value: unknown) => JSON.stringify(value) ?? 'nothing'
