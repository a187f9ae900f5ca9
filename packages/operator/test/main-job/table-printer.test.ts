import { WriteStream } from 'node:tty'
import { expect, test } from 'vitest'
import type { Delivery, ObjectDeliveries } from '../../src/main-job/await-deliveries.ts'
import { createTablePrinter } from '../../src/main-job/table-printer.ts'

test('prints a line for each object when all of it is settled', () => {
  const { stream, written } = createStream()
  const table = createTablePrinter(stream, ['a.jpg', 'b.jpg'], ['audit-logger', 'thumbnailer'])

  table.update(objectOf('a.jpg', 1))
  table.update(objectOf('a.jpg', 2))
  table.finish([objectOf('a.jpg', 2), objectOf('b.jpg', 2)])

  expect(written().map((line) => line.trim().split(/ +/)[0])).toEqual(['', 'object', 'a.jpg', 'b.jpg', ''])
})

test('prints the first of many objects only, and every dead one', () => {
  const keys = Array.from({ length: 60 }, (_, index) => `${index}.jpg`)
  const { stream, written } = createStream()
  const table = createTablePrinter(stream, keys, ['audit-logger', 'thumbnailer'])
  const objects = keys.map((key, index) => objectOf(key, 2, index === 59 ? 'dead' : 'done'))

  for (const object of objects) table.update(object)
  table.finish(objects)

  const lines = written()
  expect(lines.filter((line) => line.includes('.jpg'))).toHaveLength(21)
  expect(lines.at(-3)).toContain('59.jpg')
  expect(lines.at(-2)).toBe('  … and 39 more')
})

function createStream() {
  const chunks: string[] = []
  const stream: NodeJS.WriteStream = Object.create(WriteStream.prototype, {
    isTTY: { value: false },
    write: { value: (chunk: string) => chunks.push(chunk) > 0 },
  })
  return { stream, written: () => chunks.join('').split('\n') }
}

function objectOf(key: string, settled: number, outcome: Delivery['outcome'] = 'done'): ObjectDeliveries {
  const delivery = { outcome, reason: undefined, detail: undefined, attempts: 1, lagMs: 5, settledAt: 0 }
  const names = ['audit-logger', 'thumbnailer'].slice(0, settled)
  return { key, startedAt: 0, subscribers: new Map(names.map((name) => [name, delivery])) }
}
