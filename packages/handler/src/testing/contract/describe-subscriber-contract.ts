import { describe, test } from 'vitest'
import { eventRules } from './event-rules.ts'
import { failureRules } from './failure-rules.ts'
import { checkRule } from './rule.ts'
import type { SubscriberUnderTest } from './subscriber-under-test.ts'
import { startTrial } from './trial.ts'

/**
 * The contract test of subscribers: repeated, late, removed, unreadable and foreign events, a deadline, dependencies that
 * fail once or are denied, another record's failure beside it. A test that fails says what happened and teaches the rule.
 *
 * @example describeSubscriberContract('thumbnailer', createThumbnailerUnderTest)
 */
export function describeSubscriberContract<Deps extends object>(
  name: string,
  create: () => SubscriberUnderTest<Deps>,
): void {
  const hearsOfRemovals = create().remove !== undefined
  describe(`contract of ${name}`, () => {
    for (const rule of [...eventRules, ...failureRules]) {
      // oxlint-disable-next-line vitest/expect-expect -- it fails by throwing, so that nothing stands before the lesson
      test.skipIf(rule.needsRemovals && !hearsOfRemovals)(`${rule.title}`, () =>
        checkRule(rule, () => startTrial(create())),
      )
    }
  })
}
