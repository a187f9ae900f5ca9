import { isDeepStrictEqual } from 'node:util'
import { toError } from '../../to-error.ts'
import type { Trial } from './trial.ts'

/** One thing that every subscriber must get right. */
export interface Rule {
  title: string
  /** Why, and what to do, for whoever breaks it. */
  lesson: string
  needsRemovals?: true
  /** Throws what happened, where that is against the rule. */
  check(start: () => Trial): Promise<void>
}

/** @throws Error that says what happened, and teaches the rule */
export async function checkRule(rule: Rule, start: () => Trial): Promise<void> {
  try {
    await rule.check(start)
  } catch (cause) {
    throw new Error(`${toError(cause).message}\n\nRule: ${rule.title}.\n${rule.lesson}`, { cause })
  }
}

export function insist(isTrue: boolean, happened: string): asserts isTrue {
  if (!isTrue) throw new Error(happened)
}

export function insistSame(actual: unknown, expected: unknown, happened: string): void {
  if (!isSame(actual, expected)) throw new Error(`${happened}: kept ${show(actual)} instead of ${show(expected)}`)
}

export async function insistKept(trial: Trial, key: string, happened: string): Promise<void> {
  insist(!isNothing(await trial.kept(key)), happened)
}

export async function insistNothingKept(trial: Trial, key: string, happened: string): Promise<void> {
  insist(isNothing(await trial.kept(key)), happened)
}

export const isSame = (one: unknown, other: unknown): boolean => isDeepStrictEqual(one, other)

function isNothing(kept: unknown): boolean {
  return kept === undefined || kept === null || (typeof kept === 'object' && Object.keys(kept).length === 0)
}

function show(kept: unknown): string {
  return JSON.stringify(kept) ?? 'nothing'
}
