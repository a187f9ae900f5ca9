import { parseMessage } from '@fanout/event-parsing'
import { buildNotification } from '@fanout/event-parsing/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { done, skipped, type Job } from '../src/outcome.ts'
import { PermanentError } from '../src/permanent-error.ts'
import { buildLambdaContext, buildSqsEvent, createTestHandler } from '../src/testing/index.ts'

const ways: Record<string, () => ReturnType<Job>> = {
  done: async () => done(),
  skipped: async () => skipped('not for us'),
  transient: () => Promise.reject<never>(undefined),
  permanent: () => Promise.reject<never>(new PermanentError('for good')),
}

const fates = fc.array(fc.constantFrom(...Object.keys(ways), 'unreadable'), { minLength: 1, maxLength: 6 })

test('a message is finished when all of its records are, and its dead letter holds exactly those that failed', async () => {
  await fc.assert(
    fc.asyncProperty(fates, fc.integer({ min: 1, max: 14 }), async (chosen, receiveCount) => {
      const job: Job = ({ key }) => ways[chosen[Number(key)] ?? '']?.() ?? Promise.reject(new Error('unknown key'))
      const { handler, queue, deliveries } = createTestHandler(job)
      const records = chosen.map((fate, index) =>
        fate === 'unreadable' ? { rawKey: `%${index}` } : { key: `${index}` },
      )

      const response = await handler(
        buildSqsEvent([buildNotification(...records)], { receiveCount }),
        buildLambdaContext(),
      )

      const comesAgain = chosen.includes('transient') && receiveCount < 9
      const failed = chosen.flatMap((fate, index) => (fate === 'done' || fate === 'skipped' ? [] : index))
      expect(response.batchItemFailures).toHaveLength(comesAgain ? 1 : 0)
      expect([...queue.visibility.keys()]).toEqual(comesAgain ? ['message-1'] : [])
      expect(queue.deadLetters.map(({ body }) => namesIn(body))).toEqual(
        comesAgain || failed.length === 0 ? [] : [failed],
      )
      expect(deliveries).toHaveLength(comesAgain ? 0 : chosen.length)
    }),
    { seed: 7 },
  )
})

function namesIn(body: string): number[] {
  const { events, failures } = parseMessage(body)
  const names = [...events.map(({ key }) => key), ...failures.map(({ rawKey = '' }) => rawKey.slice(1))]
  return names.map(Number).toSorted((a, b) => a - b)
}
