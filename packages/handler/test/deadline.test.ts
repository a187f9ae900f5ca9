import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { beforeDeadline, createDeadline } from '../src/deadline.ts'
import { buildLambdaContext } from '../src/testing/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('tells jobs to end 5 s before the function is killed, and everything else 1 s before', () => {
  const { signal, closing } = createDeadline(buildLambdaContext(60_000))

  vi.advanceTimersByTime(54_999)
  const early = [signal.aborted, closing.aborted]
  vi.advanceTimersByTime(1)
  const atReserve = [signal.aborted, closing.aborted]
  vi.advanceTimersByTime(4_000)

  expect([early, atReserve, [signal.aborted, closing.aborted]]).toEqual([
    [false, false],
    [true, false],
    [true, true],
  ])
})

test('keeps a quarter of a short time-out', () => {
  const { signal } = createDeadline(buildLambdaContext(4_000))

  vi.advanceTimersByTime(3_000)

  expect(signal.aborted).toBe(true)
})

test('has time for one more record until only twice the reserve is left', () => {
  const context = buildLambdaContext(60_000)
  const deadline = createDeadline(context)

  context.remainingMs = 10_001
  const before = deadline.hasTime()
  context.remainingMs = 10_000

  expect([before, deadline.hasTime()]).toEqual([true, false])
})

test('does not wait for work that outlives the deadline, whatever becomes of it', async () => {
  const failsLate = Promise.withResolvers<never>()
  const aborted = AbortSignal.abort()

  const result = beforeDeadline(failsLate.promise, aborted)
  failsLate.reject(new Error('too late for anybody to catch'))

  await expect(result).rejects.toThrow('not finished before the deadline')
})
