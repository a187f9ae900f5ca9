import type { Difference } from './compare.ts'

/** What came of a drill. */
export interface Drilled {
  result: DrillResult
  differences: Difference[]
}

export interface DrillResult {
  /** Distinct ones. */
  events: number
  /** Messages that came again. */
  duplicates: number
  /** Events that never came. */
  dropped: number
  /** Messages that nobody can read. */
  poison: number
  keys: number
  /** Keys of which a subscriber does not keep exactly what the operations alone say; of the trail, events. */
  differences: number
  /** Deliveries that were never settled. */
  lost: number
  /** Effects that happened twice. */
  doubled: number
  /** By what they are about: one of them may be sent twice. */
  deadLetters: number
  failedCalls: number
  deaths: number
  elapsedMs: number
}

const SUBSCRIBERS = 3

export function isAsExpected({ differences, lost, doubled, deadLetters, poison }: DrillResult): boolean {
  return differences + lost + doubled === 0 && deadLetters === poison * SUBSCRIBERS
}

export function addDrilled(one: Drilled, other: Drilled): Drilled {
  const names = Object.keys(one.result) as (keyof DrillResult)[]
  const sums = names.map((name) => [name, one.result[name] + other.result[name]] as const)
  return {
    result: { ...one.result, ...Object.fromEntries(sums) },
    differences: [...one.differences, ...other.differences],
  }
}
