import { buildNotification } from '@fanout/event-parsing/testing'
import { DeliveryRecord } from '@fanout/schemas'
import { expect, test } from 'vitest'
import { parseEnv } from '../src/env.ts'
import { done, skipped } from '../src/outcome.ts'
import { buildLambdaContext, buildSqsEvent, createTestHandler, testEnvironment } from '../src/testing/index.ts'

const context = buildLambdaContext()
const photo = buildNotification({ key: 'a b.jpg', eventTime: '2026-01-21T23:21:00.000Z' })
const now = () => Date.parse('2026-01-21T23:21:01.250Z')

test('records who settled what, when and how', async () => {
  const { handler, deliveries } = createTestHandler(async () => done('1024'), { now })

  await handler(buildSqsEvent([photo], { receiveCount: 2 }), context)

  expect(deliveries).toEqual([
    {
      objectKey: 'a b.jpg',
      settled: `2026-01-21T23:21:01.250Z#test-subscriber#${deliveries[0]?.eventId}`,
      settledAt: '2026-01-21T23:21:01.250Z',
      subscriber: 'test-subscriber',
      eventId: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'ObjectCreated:Put',
      eventTime: '2026-01-21T23:21:00.000Z',
      outcome: 'done',
      detail: '1024',
      attempts: 2,
      lagMs: 1250,
      durationMs: 0,
      expiresAt: Date.parse('2026-02-20T23:21:01.000Z') / 1000,
    },
  ])
  expect(DeliveryRecord.parse(deliveries[0])).toEqual(deliveries[0])
})

test('counts how often its message was sent back', async () => {
  const { handler, deliveries } = createTestHandler(async () => done())

  await handler(buildSqsEvent([buildNotification({})], { redrives: 2 }), context)

  expect(deliveries).toMatchObject([{ replay: true, redrives: 2 }])
})

test('marks a replay, whose lag says nothing', async () => {
  const { handler, deliveries } = createTestHandler(async () => done())

  await handler(buildSqsEvent([buildNotification({ eventSource: 'fanout:replay' })]), context)

  expect(deliveries).toMatchObject([{ replay: true }])
})

test('settles a delivery of which the record cannot be written', async () => {
  const { handler } = createTestHandler(async () => done(), { writeDelivery: () => Promise.reject(new Error('no')) })

  expect(await handler(buildSqsEvent([photo]), context)).toEqual({ batchItemFailures: [] })
})

test('does not let a table that never answers kill the function', async () => {
  const { handler } = createTestHandler(async () => done(), { writeDelivery: () => new Promise(() => {}) })

  expect(await handler(buildSqsEvent([photo]), buildLambdaContext(20))).toEqual({ batchItemFailures: [] })
})

test('does not keep the next message waiting for a record', async () => {
  const records: string[] = []
  const lastJob = Promise.withResolvers<void>()
  const { handler } = createTestHandler(
    async ({ key }) => {
      if (key === 'b') lastJob.resolve()
      return done()
    },
    {
      env: parseEnv({ ...testEnvironment(), RECORDS_IN_FLIGHT: '1' }),
      async writeDelivery({ objectKey }) {
        await lastJob.promise
        records.push(objectKey)
      },
    },
  )

  await handler(buildSqsEvent([buildNotification({ key: 'a' }), buildNotification({ key: 'b' })]), context)

  expect(records).toEqual(['a', 'b'])
})

test('keeps no records in a stage without a table', async () => {
  const { handler } = createTestHandler(async () => skipped('not an image'), { writeDelivery: undefined })

  expect(await handler(buildSqsEvent([photo]), context)).toEqual({ batchItemFailures: [] })
})
