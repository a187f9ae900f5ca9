import { expect, test } from 'vitest'
import type { Delivery } from '../../src/main-job/await-deliveries.ts'
import { createRunDocument } from '../../src/main-job/run-document.ts'

test('says of each object what each subscriber made of it, by name, and the whole in figures', () => {
  const subscribers = new Map([
    ['thumbnailer', delivery({ outcome: 'dead', reason: 'timed out', attempts: 9, lagMs: 900, settledAt: 2000 })],
    ['audit-logger', delivery({ lagMs: 20, settledAt: 1100 })],
  ])

  const document = createRunDocument([{ key: 'a.jpg', startedAt: 1000, subscribers }], ['thumbnailer', 'audit-logger'])

  expect(JSON.stringify(document)).toBe(
    JSON.stringify({
      objects: [
        {
          key: 'a.jpg',
          subscribers: {
            'audit-logger': { outcome: 'done', reason: null, attempts: 1, lagMs: 20 },
            thumbnailer: { outcome: 'dead', reason: 'timed out', attempts: 9, lagMs: 900 },
          },
        },
      ],
      subscribers: ['audit-logger', 'thumbnailer'],
      deliveries: 2,
      deadLetters: 1,
      elapsedMs: 1000,
      rate: 2,
      lagMs: { p50: 20, p95: 900 },
    }),
  )
})

test('has no lag to tell of a run without deliveries', () => {
  expect(createRunDocument([], [])).toMatchObject({ deliveries: 0, rate: 0, lagMs: { p50: null, p95: null } })
})

const delivery = (overrides: Partial<Delivery>): Delivery => ({
  outcome: 'done',
  reason: undefined,
  detail: undefined,
  attempts: 1,
  lagMs: undefined,
  settledAt: 0,
  ...overrides,
})
