import type { DeliveryRecord } from '@fanout/schemas'
import { expect, test } from 'vitest'
import { followDeliveries } from '../../src/main-job/later-deliveries.ts'

test('a delivery is reported once, however often its key is looked at', async () => {
  const { written, reported, look, passTime } = follow()
  written.push(settled('audit-logger', 1))

  look()
  look()
  await passTime()
  look()
  await passTime()

  expect(reported).toEqual(['audit-logger'])
})

test('a record that is written later than one settled after it is reported, too', async () => {
  const { written, reported, look, passTime } = follow()

  look()
  written.push(settled('audit-logger', 2))
  await passTime()
  look()
  written.push(settled('thumbnailer', 1))
  await passTime()

  expect(reported).toEqual(['audit-logger', 'thumbnailer'])
})

test('a record that is long in coming is waited for', async () => {
  const { written, reported, look, passTime } = follow()

  look()
  await passTime({ looks: 4 })
  written.push(settled('thumbnailer', 1))
  await passTime()

  expect(reported).toEqual(['thumbnailer'])
})

test('a record that never comes is not waited for without end', async () => {
  const { look, passTime, reads } = follow()

  look()
  await passTime()
  const soFar = reads()
  await passTime()

  expect(soFar).toBeGreaterThan(1)
  expect(reads()).toBe(soFar)
})

test('what was settled before is not reported', async () => {
  const { written, reported, look, passTime } = follow()
  written.push({ ...settled('audit-logger', 1), settled: '2000-01-01T00:00:00.000Z#audit-logger#e' })

  look()
  await passTime()

  expect(reported).toEqual([])
})

test('goes on after a read that failed', async () => {
  const { written, reported, look, passTime, failOnce } = follow()
  failOnce()
  written.push(settled('audit-logger', 1))

  look()
  await passTime()

  expect(reported).toEqual(['audit-logger'])
})

const settled = (subscriber: string, second: number): DeliveryRecord => {
  const settledAt = `2999-01-01T00:00:0${second}.000Z`
  return {
    objectKey: 'a.txt',
    settled: `${settledAt}#${subscriber}#e`,
    settledAt,
    subscriber,
    eventId: 'e',
    eventName: 'ObjectCreated:Put',
    eventTime: settledAt,
    outcome: 'done',
    attempts: 1,
    lagMs: 1,
    durationMs: 1,
    expiresAt: 1,
  }
}

/** A table of deliveries, and a follower of one key whose pauses take no time. */
function follow() {
  const written: DeliveryRecord[] = []
  const reported: string[] = []
  let reads = 0
  let isFailing = false
  let waiting: (() => void)[] = []
  const { look } = followDeliveries(
    async (_key, since) => {
      reads += 1
      if (isFailing) {
        isFailing = false
        throw new Error('closing')
      }
      return written.filter(({ settled: sortKey }) => sortKey >= since)
    },
    ({ subscriber }) => reported.push(subscriber),
    () => new Promise<void>((resolve) => waiting.push(resolve)),
  )
  return {
    written,
    reported,
    look: () => look('a.txt'),
    reads: () => reads,
    failOnce: () => (isFailing = true),
    /** Lets so many pauses end, one after the other. */
    passTime: async ({ looks = 50 } = {}) => {
      for (let count = 0; count < looks; count += 1) {
        const ending = waiting
        waiting = []
        for (const end of ending) end()
        await new Promise(setImmediate)
      }
    },
  }
}
