import { buildNotification } from '@fanout/event-parsing/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { done, type Job } from '../src/outcome.ts'
import { buildLambdaContext, buildSqsEvent, createTestHandler } from '../src/testing/index.ts'

const ways: Record<string, () => Promise<never>> = {
  Error: async () => {
    throw new Error('no')
  },
  string: () => Promise.reject<never>('no'),
  undefined: () => Promise.reject<never>(undefined),
  null: () => Promise.reject<never>(null),
  AggregateError: () => Promise.any<never>([]),
  'an error thrown before there is a promise': () => {
    throw new Error('no')
  },
}
const keys = Array.from({ length: 10 }, (_, index) => `${index}.jpg`)
const event = buildSqsEvent(keys.map((key) => buildNotification({ key })))
const context = buildLambdaContext()

async function failuresOf(waysByKey: Map<string, string>): Promise<string[]> {
  const job: Job = ({ key }) => ways[waysByKey.get(key) ?? '']?.() ?? Promise.resolve(done())
  const { batchItemFailures } = await createTestHandler(job).handler(event, context)
  return batchItemFailures
    .map(({ itemIdentifier }) => keys[Number(itemIdentifier.replace('message-', '')) - 1] ?? itemIdentifier)
    .toSorted()
}

test('reports exactly the messages that failed, for each of the 1,024 subsets of a batch of ten', async () => {
  const names = Object.keys(ways)
  for (let subset = 0; subset < 1024; subset++) {
    const failing = keys.filter((_, index) => subset & (1 << index))

    const reported = await failuresOf(new Map(failing.map((key, i) => [key, names[(subset + i) % names.length] ?? ''])))

    expect(reported, `failing: ${failing.join(' ')}`).toEqual(failing)
  }
})

test('reports exactly the messages that failed, whatever each of them threw', async () => {
  const thrown = fc.option(fc.constantFrom(...Object.keys(ways)), { nil: undefined })
  await fc.assert(
    fc.asyncProperty(fc.array(thrown, { minLength: 10, maxLength: 10 }), async (choices) => {
      const failing = new Map(keys.flatMap((key, i) => (choices[i] === undefined ? [] : [[key, choices[i]]])))

      const reported = await failuresOf(failing)

      expect(reported).toEqual([...failing.keys()])
    }),
    { seed: 7 },
  )
})
