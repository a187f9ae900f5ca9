import { buildNotification, encodeKey } from '@fanout/event-parsing/testing'
import { expect, test } from 'vitest'
import { createHandler } from '../src/create-handler.ts'
import { parseEnv } from '../src/env.ts'
import { done, rejected, skipped, type Job } from '../src/outcome.ts'
import {
  buildLambdaContext,
  buildSqsEvent,
  buildSqsRecord,
  createTestHandler,
  testEnvironment,
} from '../src/testing/index.ts'

const context = buildLambdaContext()
const upload = (key: string) => buildNotification({ key })

/** A job that remembers the keys it was given. */
function createRememberingJob(): { job: Job; keys: string[] } {
  const keys: string[] = []
  return { keys, job: async ({ key }) => (keys.push(key), done()) }
}

test('gives the job each event of each message, decoded, and acknowledges them all', async () => {
  const { job, keys } = createRememberingJob()
  const { handler } = createTestHandler(job)
  const key = 'a folder/ü+1 %41.jpg'

  const response = await handler(
    buildSqsEvent([buildNotification({ rawKey: encodeKey(key) }, { key: 'b' }), upload('c')]),
    context,
  )

  expect(response).toEqual({ batchItemFailures: [] })
  expect(keys.toSorted()).toEqual([key, 'b', 'c'].toSorted())
})

test('acknowledges what is done, skipped and rejected, and says so in a delivery record each', async () => {
  const outcomes: Record<string, () => ReturnType<Job>> = {
    a: async () => done('1024 512 128'),
    b: async () => skipped('not an image'),
    c: async () => rejected('truncated JPEG'),
  }
  const job: Job = (event) => outcomes[event.key]?.() ?? Promise.reject(new Error('unknown key'))
  const { handler, deliveries } = createTestHandler(job)

  const response = await handler(buildSqsEvent([upload('a'), upload('b'), upload('c')]), context)

  expect(response).toEqual({ batchItemFailures: [] })
  expect(deliveries).toMatchObject([
    { objectKey: 'a', outcome: 'done', detail: '1024 512 128' },
    { objectKey: 'b', outcome: 'skipped', reason: 'not an image' },
    { objectKey: 'c', outcome: 'rejected', reason: 'truncated JPEG' },
  ])
})

test('reports only the message that failed', async () => {
  const job: Job = async ({ key }) => {
    if (key === 'b') throw new Error('no')
    return done()
  }
  const { handler } = createTestHandler(job)

  const response = await handler(buildSqsEvent([upload('a'), upload('b'), upload('c')]), context)

  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-2' }] })
})

test('tries again the message whose job throws undefined, and that one alone', async () => {
  const job: Job = ({ key }) => (key === 'b' ? Promise.reject<never>(undefined) : Promise.resolve(done()))
  const { handler, queue } = createTestHandler(job)

  const response = await handler(buildSqsEvent([upload('a'), upload('b'), upload('c')]), context)

  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-2' }] })
  expect([...queue.visibility.keys()]).toEqual(['message-2'])
})

test('reports every message when all fail, in the first invocation and in the next', async () => {
  const { handler } = createTestHandler(() => Promise.reject(new Error('no')))
  const all = { batchItemFailures: [{ itemIdentifier: 'message-1' }, { itemIdentifier: 'message-2' }] }

  const first = await handler(buildSqsEvent([upload('a'), upload('b')]), context)
  const second = await handler(buildSqsEvent([upload('a'), upload('b')]), context)

  expect([first, second]).toEqual([all, all])
})

test('acknowledges the s3:TestEvent without asking the job', async () => {
  const { job, keys } = createRememberingJob()
  const { handler } = createTestHandler(job)
  const testEvent = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'uploads' })

  const response = await handler(buildSqsEvent([testEvent]), context)

  expect([response, keys]).toEqual([{ batchItemFailures: [] }, []])
})

test('has nothing to report about an empty batch', async () => {
  const { handler } = createTestHandler(async () => done())

  expect(await handler({ Records: [] }, context)).toEqual({ batchItemFailures: [] })
})

test('starts fresh messages before those received often', async () => {
  const { job, keys } = createRememberingJob()
  const { handler } = createTestHandler(job)
  const receives = { often: 7, twice: 2, fresh: 1 }

  const Records = Object.entries(receives).map(([key, receiveCount]) =>
    buildSqsRecord(upload(key), { messageId: key, receiveCount }),
  )
  await handler({ Records }, context)

  expect(keys).toEqual(['fresh', 'twice', 'often'])
})

test('works on no more messages at once than RECORDS_IN_FLIGHT says', async () => {
  let running = 0
  let most = 0
  const job: Job = async () => {
    most = Math.max(most, ++running)
    await new Promise(setImmediate)
    running -= 1
    return done()
  }
  const { handler } = createTestHandler(job, { env: parseEnv({ ...testEnvironment(), RECORDS_IN_FLIGHT: '2' }) })

  await handler(buildSqsEvent(['a', 'b', 'c', 'd', 'e'].map(upload)), context)

  expect(most).toBe(2)
})

test('tells the job how often its message was received and how much time is left', async () => {
  const told: unknown[] = []
  const { handler } = createTestHandler(async (_, { attempt, remainingMs, signal }) => {
    told.push(attempt, remainingMs(), signal.aborted)
    return done()
  })

  await handler(buildSqsEvent([upload('a')], { receiveCount: 3 }), buildLambdaContext(30_000))

  expect(told).toEqual([3, 30_000, false])
})

test('does not take a job that returns nothing for one that is done', async () => {
  // What a job in plain JavaScript does that forgets its return
  const forgetful = JSON.parse('{}').job
  const { handler } = createTestHandler(async () => forgetful)

  const response = await handler(buildSqsEvent([upload('a')]), context)

  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-1' }] })
})

test('gives up a job that returns nothing, and says so', async () => {
  const forgetful = JSON.parse('{}').job
  const { handler, queue } = createTestHandler(async () => forgetful)

  await handler(buildSqsEvent([upload('a')], { receiveCount: 9 }), context)

  expect(queue.deadLetters[0]?.attributes.errorMessage?.StringValue).toContain('the job returned no outcome')
})

test('fails at load, naming the variable, when the environment is incomplete', () => {
  expect(() => createHandler(async () => done())).toThrow('UPLOADS_BUCKET')
})
