import { expect, test } from 'vitest'
import { createLimit } from '../src/limit.ts'

test('runs no more tasks at once than it may, and starts them in order', async () => {
  const limit = createLimit(2)
  const started: number[] = []
  const gates = [0, 1, 2].map(() => Promise.withResolvers<void>())

  const run = ({ promise }: PromiseWithResolvers<void>, index: number) =>
    limit(() => {
      started.push(index)
      return promise
    })
  const all = Promise.all(gates.map(run))
  await Promise.resolve()
  const atFirst = [...started]
  for (const { resolve } of gates) resolve()
  await all

  expect([atFirst, started]).toEqual([
    [0, 1],
    [0, 1, 2],
  ])
})

test('gives the place of a failed task to the next', async () => {
  const limit = createLimit(1)
  const failed = limit(() => Promise.reject(new Error('no')))
  const next = limit(async () => 'ran')

  await expect(failed).rejects.toThrow('no')
  expect(await next).toBe('ran')
})
