import { expect, test } from 'vitest'
import { done, skipped } from '../../../src/outcome.ts'
import { eventRules } from '../../../src/testing/contract/event-rules.ts'
import { failureRules } from '../../../src/testing/contract/failure-rules.ts'
import { checkRule } from '../../../src/testing/contract/rule.ts'
import { startTrial } from '../../../src/testing/contract/trial.ts'
import { describeSubscriberContract } from '../../../src/testing/index.ts'
import { createNaiveHandler, createSizeIndex, type Job, type Subscriber } from './size-index.ts'

describeSubscriberContract('the size index', createSizeIndex)

/** The complaints about a subscriber. */
async function complaintsAbout(create: () => Subscriber): Promise<string> {
  const complaints: string[] = []
  for (const rule of [...eventRules, ...failureRules]) {
    await checkRule(rule, () => startTrial(create())).catch((error: Error) => complaints.push(error.message))
  }
  return complaints.join('\n\n')
}

const withJob = (job: Job) => complaintsAbout(() => createSizeIndex({ job }))

test('notices a job that does not decode keys', async () => {
  const complaints = await withJob(async ({ rawKey, order = '' }, deps) => {
    const size = await deps.headObject(rawKey)
    if (size === undefined) return skipped('gone')
    await deps.putRow(rawKey, { order, size })
    return done()
  })

  expect(complaints).toContain(
    'nothing is kept under that key\n\nRule: a key is decoded, exactly once.\nS3 URL-encodes',
  )
})

test('notices a job that decodes keys again', async () => {
  const complaints = await withJob(async (event, deps) => {
    await deps.putRow(decodeURIComponent(event.key), { order: event.order ?? '' })
    return done()
  })

  expect(complaints).toContain('Rule: a key is decoded, exactly once.')
})

test.each([
  ['message of a batch', { firstMessageOnly: true }, 'third.jpg'],
  ['record of a message', { firstRecordOnly: true }, 'second.jpg'],
])('notices a handler that takes the first %s only', async (_, naive, forgotten) => {
  const complaints = await complaintsAbout(() =>
    createSizeIndex({ handler: (deps) => createNaiveHandler(deps, naive) }),
  )

  expect(complaints).toContain(`nothing is kept of ${forgotten}\n\nRule: every record of every message is worked on.`)
})

test('notices a handler that throws for all', async () => {
  const complaints = await complaintsAbout(() =>
    createSizeIndex({ handler: (deps) => createNaiveHandler(deps, { throwsForAll: true }) }),
  )

  expect(complaints).toContain('the handler threw, which fails the whole batch')
  expect(complaints).toContain('Rule: one failing record leaves its neighbours alone.')
})

test('notices a handler without a limit of attempts, dead letters and a deadline', async () => {
  const complaints = await complaintsAbout(() => createSizeIndex({ handler: (deps) => createNaiveHandler(deps) }))

  expect(complaints).toContain('Rule: what is denied ends as a dead letter.')
  expect(complaints).toContain('Rule: an unreadable message is given up alone.')
  expect(complaints).toContain('Rule: events about another bucket are refused.')
  expect(complaints).toContain('Rule: nothing is started near the deadline.')
})

test('notices a job that ignores the order of events', async () => {
  const complaints = await withJob(async ({ key, order = '', size, type }, deps) => {
    await deps.putRow(key, type === 'removed' || size === undefined ? { order } : { order, size })
    return done()
  })

  expect(complaints).toContain('events came in the order 2 (upload), 1 (upload): kept')
  expect(complaints).toContain('Rule: events may come in any order.')
  expect(complaints).toContain('Rule: a late event does not bring back what was removed.')
})

test('notices a job that swallows errors', async () => {
  const complaints = await withJob(async ({ key, order = '' }, deps) => {
    try {
      const size = await deps.headObject(key)
      await deps.putRow(key, { order, ...(size === undefined ? {} : { size }) })
    } catch {}
    return done()
  })

  expect(complaints).toContain(
    'call 1 of the job, headObject, failed once with SlowDown, and its message was acknowledged',
  )
  expect(complaints).toContain('Rule: a failure that may pass is tried again.')
  expect(complaints).toContain('headObject was denied, and the message was acknowledged at once')
})

test('notices a job that counts its deliveries', async () => {
  const complaints = await withJob(async ({ key, order = '' }, deps) => {
    const row = await deps.getRow(key)
    await deps.putRow(key, { order, size: (row?.size ?? 0) + 1 })
    return done()
  })

  expect(complaints).toContain('Rule: a repeated event changes nothing.')
})

test('notices a job that takes no heed of removals, or fails for objects that are gone', async () => {
  const complaints = await withJob(async ({ key, order = '', type }, deps) => {
    if (type === 'removed') return skipped('a removal')
    const size = await deps.headObject(key)
    if (size === undefined) throw new Error('no such object')
    await deps.putRow(key, { order, size })
    return done()
  })

  expect(complaints).toContain('Rule: a removal is carried through.')
  expect(complaints).toContain('Rule: an object that is gone is no failure.')
})
