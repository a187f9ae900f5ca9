import { expect, test } from 'vitest'
import type { Delivery, ObjectDeliveries } from '../../src/main-job/await-deliveries.ts'
import { createDeliveryTable } from '../../src/main-job/delivery-table.ts'

test('aligns what each subscriber made of each object', () => {
  const objects = [
    object('IMG_2041.jpg', done('1024 512 128', 212), done('', 9)),
    object('notes.txt', { ...done('', 3), outcome: 'skipped', reason: 'not an image' }, done('', 8)),
  ]
  const table = createDeliveryTable(['IMG_2041.jpg', 'notes.txt'], ['thumbnailer', 'audit-logger'])
  for (const each of objects) table.row(each)

  const lines = [table.header(), ...objects.map((each) => table.row(each))]

  expect(lines).toEqual([
    '  object         thumbnailer                   audit-logger',
    '  IMG_2041.jpg   done  1024 512 128   212 ms   done     9 ms',
    '  notes.txt      skipped  not an image         done     8 ms',
  ])
})

test('says how often a delivery was tried', () => {
  const table = createDeliveryTable(['a.jpg'], ['thumbnailer'])

  const row = table.row(object('a.jpg', { ...done('', 11_234), attempts: 2 }))

  expect(row).toContain('done  2 attempts')
  expect(row).toContain('11.2 s')
})

test('lets no key or reason move the cursor', () => {
  const table = createDeliveryTable(['\u001B[2J.jpg'], ['thumbnailer'])

  const row = table.row(object('\u001B[2J.jpg', { ...done('', 1), outcome: 'rejected', reason: 'a\nb' }))

  expect(row).not.toMatch(/\p{Cc}/u)
})

const done = (detail: string, lagMs: number): Delivery => ({
  outcome: 'done',
  reason: undefined,
  detail,
  attempts: 1,
  lagMs,
  settledAt: 0,
})

function object(key: string, thumbnailer: Delivery, audit?: Delivery): ObjectDeliveries {
  const subscribers = new Map([['thumbnailer', thumbnailer]])
  if (audit) subscribers.set('audit-logger', audit)
  return { key, startedAt: 0, subscribers }
}
