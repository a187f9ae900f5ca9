import { buildObjectEvent } from '@fanout/event-parsing/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeDelivery } from '../src/describe-delivery.ts'
import { rejected } from '../src/outcome.ts'
import { buildSqsRecord } from '../src/testing/index.ts'

const message = buildSqsRecord('', { messageId: 'd9144555-9a4f-4ec3-99a0-fc4e625a8db2' })

test('says what an operator searches by', () => {
  const event = buildObjectEvent({ key: 'a b.jpg' })

  const line = describeDelivery(message, 2, { event, outcome: rejected('truncated JPEG'), durationMs: 31 })

  expect(line).toEqual({
    bucket: 'uploads',
    key: 'a b.jpg',
    messageId: message.messageId,
    receiveCount: 2,
    durationMs: 31,
    reason: 'truncated JPEG',
  })
})

test('takes at most 300 bytes, whatever the key and the reason are', () => {
  const text = fc.string({ unit: 'binary', maxLength: 1024 })
  fc.assert(
    fc.property(text, text, (key, reason) => {
      const event = { ...buildObjectEvent(), key, bucket: 'b'.repeat(63) }

      const line = describeDelivery(message, 14, { event, outcome: rejected(reason), durationMs: 900_000 })

      expect(Buffer.byteLength(JSON.stringify(line))).toBeLessThanOrEqual(300)
    }),
    { seed: 7 },
  )
})

test('gives the room that a short key leaves to the reason', () => {
  const event = buildObjectEvent({ key: 'a.jpg' })
  const outcome = rejected('because '.repeat(40))

  const { key, reason } = describeDelivery(message, 1, { event, outcome, durationMs: 5 })

  expect(key).toBe('a.jpg')
  expect(reason.length).toBeGreaterThan(120)
  expect(reason).toMatch(/…$/)
})
