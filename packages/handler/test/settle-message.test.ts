import { parseMessage } from '@fanout/event-parsing'
import { buildNotification } from '@fanout/event-parsing/testing'
import { expect, test } from 'vitest'
import { parseEnv } from '../src/env.ts'
import { done, type Job } from '../src/outcome.ts'
import { PermanentError } from '../src/permanent-error.ts'
import {
  buildLambdaContext,
  buildSqsEvent,
  buildSqsRecord,
  createMemoryQueue,
  createTestHandler,
  testEnvironment,
} from '../src/testing/index.ts'
import { awsError } from './aws-error.ts'

const context = buildLambdaContext()
const photo = buildNotification({ key: 'photo.jpg' })
const oneAtATime = parseEnv({ ...testEnvironment(), RECORDS_IN_FLIGHT: '1' })
const settled = { batchItemFailures: [] }
const comesAgain = { batchItemFailures: [{ itemIdentifier: 'message-1' }] }

const failing =
  (error: unknown): Job =>
  () =>
    Promise.reject(error)

/** A job that fails for the keys that are in `errors`. */
function failingFor(errors: Record<string, Error>): Job {
  return async ({ key }) => {
    if (errors[key]) throw errors[key]
    return done()
  }
}

test('lets a message come again after its backoff when the failure may pass', async () => {
  const { handler, queue, deliveries } = createTestHandler(failing(awsError('SlowDown', 503)))

  const response = await handler(buildSqsEvent([photo], { receiveCount: 3 }), context)

  expect(response).toEqual(comesAgain)
  expect(queue).toMatchObject({ visibility: new Map([['message-1', 160]]), deadLetters: [] })
  expect(deliveries).toEqual([])
})

test('gives up after the last attempt, and says why', async () => {
  const now = () => Date.parse('2026-01-22T09:00:00.000Z')
  const { handler, queue, deliveries } = createTestHandler(failing(awsError('AccessDenied', 403)), { now })

  const response = await handler(buildSqsEvent([photo], { receiveCount: 9 }), context)

  expect(response).toEqual(settled)
  expect(queue.deadLetters.map(({ body }) => body)).toEqual([photo])
  expect(why(queue.deadLetters[0])).toEqual({
    subscriber: 'test-subscriber',
    errorName: 'AccessDenied',
    errorMessage: 'AccessDenied was answered',
    attempts: '9',
    firstFailedAt: '2026-01-21T23:21:01.000Z',
    lastFailedAt: '2026-01-22T09:00:00.000Z',
    requestId: 'request-1',
    redrives: '0',
    objectKey: 'photo.jpg',
    eventId: parseMessage(photo).events[0]?.id,
  })
  expect(deliveries).toMatchObject([{ outcome: 'dead', reason: 'AccessDenied was answered', attempts: 9 }])
})

test('gives up at once after a PermanentError', async () => {
  const { handler, queue } = createTestHandler(failing(new PermanentError('no such codec')))

  const response = await handler(buildSqsEvent([photo]), context)

  expect(response).toEqual(settled)
  expect(why(queue.deadLetters[0])).toMatchObject({ errorName: 'PermanentError', errorMessage: 'no such codec' })
})

test('skips an object that is gone', async () => {
  const { handler, queue, deliveries } = createTestHandler(failing(awsError('NoSuchKey', 404)))

  const response = await handler(buildSqsEvent([photo]), context)

  expect([response, queue.deadLetters]).toEqual([settled, []])
  expect(deliveries).toMatchObject([{ outcome: 'skipped', reason: 'gone' }])
})

test('gives up a body that nobody can read after one try, as it is', async () => {
  const { handler, queue, deliveries } = createTestHandler(async () => done())

  const response = await handler(buildSqsEvent(['\u0007no JSON', photo]), context)

  expect(response).toEqual(settled)
  expect(queue.deadLetters.map(({ body }) => body)).toEqual(['\u0007no JSON'])
  expect(why(queue.deadLetters[0])).toMatchObject({ errorMessage: /message is not JSON/ })
  expect(deliveries).toMatchObject([{ objectKey: 'photo.jpg', outcome: 'done' }])
})

test('gives up an undecodable key alone, and records it under the key as it was sent', async () => {
  const { handler, queue, deliveries } = createTestHandler(async () => done())
  const body = buildNotification({ key: 'good.jpg' }, { rawKey: '%E0%A4%A' })

  const response = await handler(buildSqsEvent([body]), context)

  expect(response).toEqual(settled)
  expect(rawKeysIn(queue.deadLetters[0])).toEqual(['%E0%A4%A'])
  expect(deliveries).toMatchObject([
    { objectKey: 'good.jpg', outcome: 'done' },
    { objectKey: '%E0%A4%A', outcome: 'dead', eventName: 'unreadable', eventId: 'message-1' },
  ])
})

test('gives up an event about another bucket, without asking the job', async () => {
  const asked: string[] = []
  const { handler, queue } = createTestHandler(async ({ key }) => (asked.push(key), done()))

  const response = await handler(buildSqsEvent([buildNotification({ bucket: 'payroll' })]), context)

  expect([response, asked]).toEqual([settled, []])
  expect(why(queue.deadLetters[0])).toMatchObject({ errorMessage: /bucket payroll/ })
})

test('makes a dead letter of only those records of a message that failed', async () => {
  const job = failingFor({ b: new PermanentError('not b'), d: new PermanentError('not d') })
  const { handler, queue, deliveries } = createTestHandler(job)
  const body = buildNotification({ key: 'a' }, { key: 'b' }, { key: 'c' }, { key: 'd' })

  await handler(buildSqsEvent([body]), context)

  expect(queue.deadLetters.map(rawKeysIn)).toEqual([['b', 'd']])
  expect(why(queue.deadLetters[0])).toMatchObject({ objectKey: 'b', errorMessage: 'not b; not d' })
  expect(deliveries.map(({ objectKey, outcome }) => `${objectKey} ${outcome}`)).toEqual([
    'a done',
    'b dead',
    'c done',
    'd dead',
  ])
})

test('keeps a permanent failure with its message for as long as a neighbour may still succeed', async () => {
  const job = failingFor({ a: new PermanentError('never'), b: new Error('not now') })
  const { handler, queue } = createTestHandler(job)
  const body = buildNotification({ key: 'a' }, { key: 'b' }, { key: 'c' })

  const early = await handler(buildSqsEvent([body], { receiveCount: 8 }), context)
  const lettersEarly = [...queue.deadLetters]
  const late = await handler(buildSqsEvent([body], { receiveCount: 9 }), context)

  expect([early, lettersEarly, late]).toEqual([comesAgain, [], settled])
  expect(queue.deadLetters.map(rawKeysIn)).toEqual([['a', 'b']])
})

test('carries on the count of redrives, and marks their lag as meaningless', async () => {
  const { handler, queue, deliveries } = createTestHandler(failing(new PermanentError('no')))

  await handler({ Records: [buildSqsRecord(photo, { redrives: 2 })] }, context)

  expect(why(queue.deadLetters[0])).toMatchObject({ redrives: '2' })
  expect(deliveries).toMatchObject([{ outcome: 'dead', replay: true }])
})

test('lets a message simply stay when its dead letter cannot be sent', async () => {
  const { handler, deliveries } = createTestHandler(failing(new PermanentError('no')), {
    queue: { ...createMemoryQueue(), sendDeadLetter: () => Promise.reject(awsError('AccessDenied', 403)) },
  })

  const response = await handler(buildSqsEvent([photo]), context)

  expect([response, deliveries]).toEqual([comesAgain, []])
})

test('lets a message simply stay when its visibility cannot be changed', async () => {
  const { handler } = createTestHandler(failing(new Error('no')), {
    queue: { ...createMemoryQueue(), changeVisibility: () => Promise.reject(new Error('no')) },
  })

  expect(await handler(buildSqsEvent([photo]), context)).toEqual(comesAgain)
})

test('sends a dead letter that SQS accepts, whatever the error says', async () => {
  const error = Object.assign(new PermanentError(`\u0000${'😀'.repeat(2000)}`), { name: '' })
  const { handler, queue } = createTestHandler(failing(error))

  await handler(buildSqsEvent([photo]), context)

  const { errorName, errorMessage } = why(queue.deadLetters[0])
  expect(errorName).toBe('unknown')
  expect(errorMessage).toMatch(/^\uFFFD(😀){511}\uFFFD$/u)
})

test('gives back what it has no time to start, at once', async () => {
  const hurried = buildLambdaContext(60_000)
  const job: Job = async () => {
    hurried.remainingMs = 9_000
    return done()
  }
  const { handler, queue, deliveries } = createTestHandler(job, { env: oneAtATime })

  const response = await handler(buildSqsEvent([photo, buildNotification({ key: 'b' })]), hurried)

  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-2' }] })
  expect(queue).toMatchObject({ visibility: new Map([['message-2', 0]]), deadLetters: [] })
  expect(deliveries).toMatchObject([{ objectKey: 'photo.jpg' }])
})

test('gives back a message of which it has time for the first record only', async () => {
  const hurried = buildLambdaContext(60_000)
  const keys: string[] = []
  const { handler, queue } = createTestHandler(async ({ key }) => {
    keys.push(key)
    hurried.remainingMs = 9_000
    return done()
  })

  const response = await handler(buildSqsEvent([buildNotification({ key: 'a' }, { key: 'b' })]), hurried)

  expect([response, keys]).toEqual([comesAgain, ['a']])
  expect(queue.visibility).toEqual(new Map([['message-1', 0]]))
})

test('cuts off a job that outlives its function, and lets the message come again', async () => {
  const { handler, queue } = createTestHandler(() => new Promise(() => {}))

  const response = await handler(buildSqsEvent([photo]), buildLambdaContext(8))

  expect(response).toEqual(comesAgain)
  expect(queue.visibility).toEqual(new Map([['message-1', 10]]))
})

function why(letter: { attributes: Record<string, { StringValue: string }> } | undefined) {
  const attributes = Object.entries(letter?.attributes ?? {})
  return Object.fromEntries(attributes.map(([name, { StringValue }]) => [name, StringValue]))
}

function rawKeysIn(letter: { body: string } | undefined): (string | undefined)[] {
  const { events, failures } = parseMessage(letter?.body ?? '')
  return [...events, ...failures].map(({ rawKey }) => rawKey)
}
