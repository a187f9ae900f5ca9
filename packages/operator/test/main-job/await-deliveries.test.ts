import { buildNotification } from '@fanout/event-parsing/testing'
import type { DeliveryRecord } from '@fanout/schemas'
import { expect, test } from 'vitest'
import { awaitDeliveries } from '../../src/main-job/await-deliveries.ts'
import { toDeadLetter, type DeadLetter } from '../../src/dlq/dead-letter.ts'
import type { DeliverySource } from '../../src/main-job/delivery-source.ts'
import { StalledError } from '../../src/main-job/stalled-error.ts'

const startedAt = Date.parse('2026-05-01T08:00:00.000Z')
const subscribers = ['audit-logger', 'thumbnailer']

test('is settled when every subscriber has a record of the upload', async () => {
  const source = sourceOf([
    record('a.jpg', 'audit-logger'),
    record('a.jpg', 'thumbnailer', { outcome: 'rejected', reason: 'torn' }),
  ])

  const [object] = await awaitDeliveries([{ key: 'a.jpg', startedAt }], subscribers, source, { stallMs: 5000 })

  expect(object?.subscribers.get('audit-logger')).toMatchObject({ outcome: 'done', attempts: 1, lagMs: 40 })
  expect(object?.subscribers.get('thumbnailer')).toMatchObject({ outcome: 'rejected', reason: 'torn' })
})

test('does not take a late delivery of an earlier object with the same key for one of the upload', async () => {
  const earlier = new Date(startedAt - 5000).toISOString()
  const source = sourceOf([record('a.jpg', 'audit-logger'), record('a.jpg', 'thumbnailer', { eventTime: earlier })])

  const waiting = awaitDeliveries([{ key: 'a.jpg', startedAt }], subscribers, source, { stallMs: 100 })

  await expect(waiting).rejects.toThrow('thumbnailer has not settled a.jpg')
})

test('does not take a removal for the upload', async () => {
  const removal = record('a.jpg', 'thumbnailer', { eventName: 'ObjectRemoved:Delete' })
  const source = sourceOf([record('a.jpg', 'audit-logger'), removal])

  const waiting = awaitDeliveries([{ key: 'a.jpg', startedAt }], subscribers, source, { stallMs: 100 })

  await expect(waiting).rejects.toThrow(StalledError)
})

test('a dead letter settles a delivery that has no record', async () => {
  const body = buildNotification({ key: 'a.jpg', eventTime: new Date(startedAt + 10).toISOString() })
  const source = sourceOf([record('a.jpg', 'audit-logger')], [deadLetter('thumbnailer', body)])

  const [object] = await awaitDeliveries([{ key: 'a.jpg', startedAt }], subscribers, source, { stallMs: 10_000 })

  expect(object?.subscribers.get('thumbnailer')).toMatchObject({
    outcome: 'dead',
    reason: 'moved by SQS: the function died or was throttled',
    attempts: 14,
  })
})

test('finds what is settled behind uploads that hang', async () => {
  const uploads = Array.from({ length: 60 }, (_, index) => ({ key: `${index}.jpg`, startedAt }))
  const settled = uploads.slice(20).flatMap(({ key }) => subscribers.map((name) => record(key, name)))
  const seen = new Set<string>()

  const waiting = awaitDeliveries(uploads, subscribers, sourceOf(settled), {
    stallMs: 500,
    onDelivery: ({ key }) => seen.add(key),
  })

  await expect(waiting).rejects.toThrow('audit-logger has not settled 0.jpg, 1.jpg and 18 more')
  expect(seen.size).toBe(40)
})

test('asks about each of many uploads a few times only', async () => {
  const uploads = Array.from({ length: 500 }, (_, index) => ({ key: `${index}.jpg`, startedAt }))
  const source = sourceOf(uploads.flatMap(({ key }) => subscribers.map((name) => record(key, name))))
  let reads = 0
  const counting = {
    ...source,
    readDeliveries: (key: string, since: string) => {
      reads += 1
      return source.readDeliveries(key, since)
    },
  }

  await awaitDeliveries(uploads, subscribers, counting, { stallMs: 5000 })

  expect(reads).toBe(500)
})

test('an interruption ends the wait', async () => {
  const controller = new AbortController()
  const options = { stallMs: 60_000, signal: controller.signal }
  const waiting = awaitDeliveries([{ key: 'a.jpg', startedAt }], subscribers, sourceOf([]), options)

  controller.abort()

  await expect(waiting).rejects.toThrow('abort')
})

function sourceOf(records: DeliveryRecord[], deadLetters: DeadLetter[] = []): DeliverySource {
  return {
    readDeliveries: async (key, since) => records.filter((one) => one.objectKey === key && one.settled >= since),
    readNewDeadLetters: async () => deadLetters,
  }
}

function record(objectKey: string, subscriber: string, overrides: Partial<DeliveryRecord> = {}): DeliveryRecord {
  const settledAt = new Date(startedAt + 50).toISOString()
  return {
    objectKey,
    settled: `${settledAt}#${subscriber}#e1`,
    settledAt,
    subscriber,
    eventId: 'e1',
    eventName: 'ObjectCreated:Put',
    eventTime: new Date(startedAt + 10).toISOString(),
    outcome: 'done',
    attempts: 1,
    lagMs: 40,
    durationMs: 5,
    expiresAt: 0,
    ...overrides,
  }
}

function deadLetter(subscriber: string, body: string): DeadLetter {
  return toDeadLetter(subscriber, {
    MessageId: 'm1',
    Body: body,
    Attributes: { DeadLetterQueueSourceArn: 'arn:queue', ApproximateReceiveCount: '14' },
  })
}
