import { expect, test } from 'vitest'
import { backoffSeconds } from '../src/backoff.ts'

const longest = () => 1
const shortest = () => 0

test('waits up to 10 s, then four times as long after each failure, up to an hour', () => {
  const waits = [1, 2, 3, 4, 5, 6, 9].map((attempts) => backoffSeconds(attempts, longest))

  expect(waits).toEqual([10, 40, 160, 640, 2560, 3600, 3600])
})

test('spreads retries over the second half of the wait', () => {
  expect([shortest, () => 0.5, longest].map((random) => backoffSeconds(3, random))).toEqual([80, 120, 160])
})

test('nine attempts ride out an outage of 118 minutes, whatever the jitter', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((attempts) => backoffSeconds(attempts, shortest))

  expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(118 * 60)
})

test('stays within the 12 hours that SQS counts from the receipt, whatever the receive count', () => {
  expect(backoffSeconds(1000, longest) + 15 * 60).toBeLessThan(43_200)
})
