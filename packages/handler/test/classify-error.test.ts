import { expect, test } from 'vitest'
import { classifyError } from '../src/classify-error.ts'
import { PermanentError } from '../src/permanent-error.ts'
import { awsError } from './aws-error.ts'

test.each([
  ['a key that is gone', awsError('NoSuchKey', 404), 'gone'],
  ['a version that is gone', awsError('NoSuchVersion', 404), 'gone'],
  ['a HEAD of a key that is gone', awsError('NotFound', 404), 'gone'],
  ['a delete marker', awsError('MethodNotAllowed', 405), 'gone'],
  ['a HEAD of a delete marker, which has no name', awsError('Unknown', 405), 'gone'],
  ['an object replaced while it was read', awsError('PreconditionFailed', 412), 'superseded'],
  ['a newer event that was applied already', awsError('ConditionalCheckFailedException', 400), 'superseded'],
  ['an archived object', awsError('InvalidObjectState', 403), 'archived'],
])('skips %s', (_, error, reason) => {
  expect(classifyError(error)).toEqual({ type: 'skipped', reason })
})

test.each([
  ['access denied, which may be a broken policy', awsError('AccessDenied', 403)],
  ['a HEAD that is denied', awsError('Unknown', 403)],
  ['a bucket that is not there', awsError('NoSuchBucket', 404)],
  ['a table that is not there', awsError('ResourceNotFoundException', 400)],
  ['SlowDown', awsError('SlowDown', 503)],
  ['throttling', awsError('ThrottlingException', 400)],
  ['a request that timed out', awsError('RequestTimeout', 400)],
  ['a server error', awsError('InternalError', 500)],
  ['a broken connection', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
  ['a bug', new TypeError('x is not a function')],
  ['undefined', undefined],
  ['null', null],
  ['a string', 'no'],
])('retries after %s', (_, thrown) => {
  expect(classifyError(thrown)).toMatchObject({ type: 'transient', error: expect.any(Error) })
})

test('gives up at once after a PermanentError', () => {
  const error = new PermanentError('cannot read this')

  expect(classifyError(error)).toEqual({ type: 'permanent', error })
})
