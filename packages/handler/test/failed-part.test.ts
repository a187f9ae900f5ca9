import { parseMessage } from '@fanout/event-parsing'
import { buildNotification } from '@fanout/event-parsing/testing'
import { expect, test } from 'vitest'
import { failedPart } from '../src/failed-part.ts'

const three = buildNotification({ key: 'a' }, { key: 'b' }, { key: 'c' })
const inEnvelope = (message: string) => JSON.stringify({ Type: 'Notification', Message: message })
const keysIn = (body: string) => parseMessage(body).events.map(({ key }) => key)

test('keeps a body in which everything failed as it is', () => {
  expect(failedPart('no JSON', [true])).toBe('no JSON')
})

test('keeps only the records that failed, as a notification that can be read again', () => {
  expect(keysIn(failedPart(three, [true, false, true]))).toEqual(['a', 'c'])
})

test('takes the records out of an envelope', () => {
  expect(keysIn(failedPart(inEnvelope(three), [false, true, false]))).toEqual(['b'])
})

test('keeps the whole body where records are nested', () => {
  const sqsEvent = JSON.stringify({ Records: [a('x'), a('y')].map((body) => ({ eventSource: 'aws:sqs', body })) })

  expect(failedPart(sqsEvent, [true, false])).toBe(sqsEvent)
})

function a(key: string): string {
  return buildNotification({ key })
}
