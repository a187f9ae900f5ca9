import { expect, test } from 'vitest'
import { backoffSeconds } from '../src/backoff.ts'

const longest = () => 1
const shortest = () => 0

test('waits up to 10 s, then four times as long after each failure, up to an hour', () => {
  const waits = [1, 2, 3, 4, 5, 6, 9].map((attempts) => backoffSeconds(attempts, longest))

  expect(waits).toEqual([10, 40, 160, 640, 2560, 3600, 3600])
})

test('spreads retries over the whole wait, and never retries at once', () => {
  expect(backoffSeconds(3, () => 0.5)).toBe(80)
  expect(backoffSeconds(9, shortest)).toBe(1)
})

test('stays within the 12 hours that SQS counts from the receipt, whatever the receive count', () => {
  expect(backoffSeconds(1000, longest) + 15 * 60).toBeLessThan(43_200)
})
