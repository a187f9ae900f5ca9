import { expect, test } from 'vitest'
import { toError } from '../src/to-error.ts'

test('leaves an Error as it is', () => {
  const error = new RangeError('too far')

  expect(toError(error)).toBe(error)
})

test.each([
  [undefined, 'undefined was thrown, which is not an Error'],
  [null, 'null was thrown, which is not an Error'],
  ['disk full', 'disk full was thrown, which is not an Error'],
  [{ code: 7 }, '{ code: 7 } was thrown, which is not an Error'],
])('makes an Error of a thrown %s', (thrown, message) => {
  expect(toError(thrown)).toMatchObject({ name: 'Error', message })
})

test('makes an Error of an object that contains itself', () => {
  const thrown: { self?: unknown } = {}
  thrown.self = thrown

  expect(toError(thrown).message).toContain('which is not an Error')
})

test('says what an AggregateError without a message is made of', () => {
  const error = toError(new AggregateError([new Error('first'), 'second']))

  expect(error).toMatchObject({
    name: 'AggregateError',
    message: 'first; second was thrown, which is not an Error',
  })
})

test.each([
  [403, 'AccessDenied'],
  [503, 'Http503'],
])('names what the SDK does not: a HEAD that was refused with %i', (httpStatusCode, name) => {
  const thrown = Object.assign(new Error('UnknownError'), { name: 'Unknown', $metadata: { httpStatusCode } })

  expect(toError(thrown)).toMatchObject({
    name,
    message: expect.stringContaining(`HTTP ${httpStatusCode}`),
    $metadata: { httpStatusCode },
    cause: thrown,
  })
})
