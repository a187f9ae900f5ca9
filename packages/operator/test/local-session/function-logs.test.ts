import { expect, test } from 'vitest'
import { createFunctionLogs } from '../../src/local-session/function-logs.ts'

test('tells the key that a line is about', () => {
  const keys: (string | undefined)[] = []
  const logs = createFunctionLogs()
  logs.follow((_functionName, _line, entry) => keys.push(entry?.key))

  logs.add('thumbnailer', '{"level":"INFO","message":"done","key":"a b.jpg"}')

  expect(keys).toEqual(['a b.jpg'])
})

test('keeps the last complaint of each function', () => {
  const logs = createFunctionLogs()

  logs.add('thumbnailer', '{"level":"WARN","message":"retry"}')
  logs.add('thumbnailer', '{"level":"INFO","message":"done"}')
  logs.add('audit-logger', 'START RequestId: 1')

  expect(logs.lastComplaint('thumbnailer')).toBe('{"level":"WARN","message":"retry"}')
  expect(logs.lastComplaint('audit-logger')).toBeUndefined()
})

test('takes an error of the runtime for a complaint', () => {
  const logs = createFunctionLogs()

  logs.add('thumbnailer', 'Uncaught Exception {"errorType":"Error"}')

  expect(logs.lastComplaint('thumbnailer')).toContain('Uncaught Exception')
})

test('takes no line of metrics for a complaint, even about an error', () => {
  const logs = createFunctionLogs()

  logs.add('thumbnailer', '{"level":"ERROR","message":"dead"}')
  logs.add('thumbnailer', '{"_aws":{"Timestamp":1},"reason":"PermanentError","Dead":1}')

  expect(logs.lastComplaint('thumbnailer')).toBe('{"level":"ERROR","message":"dead"}')
})
