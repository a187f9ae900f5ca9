import { buildNotification } from '@fanout/event-parsing/testing'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { done, rejected, skipped, type Job } from '../src/outcome.ts'
import { PermanentError } from '../src/permanent-error.ts'
import { buildLambdaContext, buildSqsEvent, createTestHandler } from '../src/testing/index.ts'

const context = buildLambdaContext()
const NOW = Date.parse('2026-01-21T23:31:00.000Z')
const upload = (key: string) => buildNotification({ key, eventTime: '2026-01-21T23:21:00.000Z' })

class BrokenLensError extends Error {
  override readonly name = 'BrokenLensError'
}

const jobs: Record<string, Job> = {
  done: async () => done(),
  skipped: async () => skipped('not an image'),
  rejected: async () => rejected('truncated JPEG'),
  retry: () => Promise.reject(new Error('busy')),
  hopeless: () => Promise.reject(new PermanentError('no')),
  broken: () => Promise.reject(new BrokenLensError('no')),
}
const job: Job = (event, jobContext) =>
  jobs[event.key.split('/')[0] ?? '']?.(event, jobContext) ?? Promise.reject(event)

test('counts every outcome of an invocation in one line of the embedded metric format', async () => {
  const { handler, metrics } = createTestHandler(job, { now: () => NOW })

  await handler(buildSqsEvent(['done/1', 'done/2', 'skipped', 'rejected'].map(upload)), context)

  expect(metrics).toHaveLength(1)
  expect(read(metrics[0])).toEqual({
    _aws: {
      Timestamp: NOW,
      CloudWatchMetrics: [
        {
          Namespace: 'Fanout',
          Dimensions: [['stage', 'subscriber']],
          Metrics: [
            { Name: 'Done', Unit: 'Count' },
            { Name: 'Skipped', Unit: 'Count' },
            { Name: 'Rejected', Unit: 'Count' },
            { Name: 'Lag', Unit: 'Milliseconds' },
          ],
        },
      ],
    },
    stage: 'test',
    subscriber: 'test-subscriber',
    Done: 2,
    Skipped: 1,
    Rejected: 1,
    Lag: [600_000, 600_000, 600_000, 600_000],
  })
})

test('counts what will come again, with the age of the oldest event', async () => {
  const { handler, metrics } = createTestHandler(job, { now: () => NOW })
  const young = buildNotification({ key: 'retry', eventTime: '2026-01-21T23:30:00.000Z' })

  await handler(buildSqsEvent([upload('retry'), young]), context)

  expect(read(metrics[0])).toMatchObject({ Retried: 2, OldestRetry: 600 })
  expect(read(metrics[0])).not.toHaveProperty('Lag')
})

test('counts dead letters, all together and by the name of the error', async () => {
  const { handler, metrics } = createTestHandler(job, { now: () => NOW })

  const keys = ['hopeless/1', 'hopeless/2', 'broken']
  await handler(buildSqsEvent(keys.map(upload), { receiveCount: 9 }), context)

  expect(metrics.map(read)).toMatchObject([
    { Dead: 3 },
    {
      Dead: 2,
      reason: 'PermanentError',
      _aws: { CloudWatchMetrics: [{ Dimensions: [['stage', 'subscriber', 'reason']] }] },
    },
    { Dead: 1, reason: 'BrokenLensError' },
  ])
})

test('measures no lag of what was replayed, redriven or given up', async () => {
  const { handler, metrics } = createTestHandler(job, { now: () => NOW })

  await handler(buildSqsEvent([upload('done'), upload('hopeless')], { redrives: 1 }), context)

  expect(read(metrics[0])).toMatchObject({ Done: 1, Dead: 1 })
  expect(read(metrics[0])).not.toHaveProperty('Lag')
})

test('takes a redriven event for as old as its message', async () => {
  const { handler, metrics } = createTestHandler(job, { now: () => Date.parse('2026-01-21T23:21:30.500Z') })

  await handler(
    buildSqsEvent([buildNotification({ key: 'retry', eventTime: '2025-01-01T00:00:00.000Z' })], { redrives: 1 }),
    context,
  )

  expect(read(metrics[0])).toMatchObject({ OldestRetry: 30 })
})

test('puts no more than a hundred values of a metric in a line', async () => {
  const { handler, metrics } = createTestHandler(job, { now: () => NOW })

  await handler(buildSqsEvent(Array.from({ length: 250 }, () => upload('done'))), context)

  const lags = metrics.map((line) => z.array(z.number()).parse(read(line).Lag).length)
  expect([lags, read(metrics[0]).Done, read(metrics[1]).Done]).toEqual([[100, 100, 50], 250, undefined])
})

test('costs little: less than 400 bytes for a batch of ten', async () => {
  const { handler, metrics } = createTestHandler(job, { now: () => NOW })

  await handler(buildSqsEvent(Array.from({ length: 10 }, () => upload('done'))), context)

  expect(metrics.join('').length).toBeLessThan(400)
})

test('says nothing of an invocation that settled nothing', async () => {
  const { handler, metrics } = createTestHandler(job)

  await handler({ Records: [] }, context)

  expect(metrics).toEqual([])
})

const read = (line: string | undefined) => z.record(z.string(), z.unknown()).parse(JSON.parse(line ?? ''))
