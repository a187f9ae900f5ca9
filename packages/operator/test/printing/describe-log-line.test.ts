import { expect, test } from 'vitest'
import { describeLogLine } from '../../src/printing/describe-log-line.ts'

const entry = { level: 'WARN', timestamp: '2026-01-21T23:21:00.000Z', subscriber: 'thumbnailer', requestId: 'r1' }
const delivery = { bucket: 'uploads', messageId: 'm1', receiveCount: 1, durationMs: 12, key: 'a b.jpg', reason: '' }

test.each([
  ['what the job logs', { ...entry, message: 'slow', size: 12, tags: ['a'] }, 'WARN  slow  size=12  tags=["a"]'],
  [
    'a delivery that comes again',
    { ...entry, ...delivery, message: 'retry', reason: 'SlowDown' },
    'WARN  retry  receiveCount=1  durationMs=12  key=a b.jpg  reason=SlowDown',
  ],
  ['JSON that is not of our logger', { hello: 1 }, '{"hello":1}'],
])('shows %s', (_, line, expected) => {
  expect(describeLogLine(JSON.stringify(line))).toBe(expected)
})

test.each([
  ['what is printed', '2026-01-21T23:21:00.000Z\tr1\tINFO\thello\tworld', 'INFO  hello  world'],
  ['a stack trace', '    at createThumbnails (handler.mjs:1:2)', '    at createThumbnails (handler.mjs:1:2)'],
  ['broken JSON', '{"level":', '{"level":'],
  ['what could steer the terminal', '\u001B[2J', '\u{FFFD}[2J'],
  ['where a debugger finds it', 'Debugger listening on ws://127.0.0.1:1/x', 'Debugger listening on ws://127.0.0.1:1/x'],
])('shows %s', (_, line, expected) => {
  expect(describeLogLine(line)).toBe(expected)
})

test.each([
  ['a delivery that is settled', JSON.stringify({ ...entry, ...delivery, message: 'done' })],
  ['an empty line', ''],
  ['chatter of the debugger', 'For help, see: https://nodejs.org/en/docs/inspector'],
])('leaves out %s', (_, line) => {
  expect(describeLogLine(line)).toBeUndefined()
})
