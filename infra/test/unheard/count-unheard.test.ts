import { expect, test } from 'vitest'
import { countUnheard, type Upload } from '../../src/count-unheard.ts'
import { reportUnheard } from '../../src/report-unheard.ts'

const HOUR = 3_600_000
const now = Date.parse('2026-01-02T12:00:00Z')
const time = { now, settledAfterHours: 6, remainingMs: () => 60_000 }
const uploaded = (key: string, hoursAgo: number): Upload => ({ key, lastModified: now - hoursAgo * HOUR })

test('counts what was uploaded in the last day and settled by nobody', async () => {
  const found = await countUnheard(
    depsOf([[uploaded('heard.jpg', 7), uploaded('lost.jpg', 8)], [uploaded('lost/too.jpg', 30)]], ['heard.jpg']),
    time,
  )

  expect(found).toEqual({ checked: 3, count: 2, keys: ['lost.jpg', 'lost/too.jpg'] })
})

test('leaves what may still be tried, and what was looked at the day before', async () => {
  expect(await countUnheard(depsOf([[uploaded('young.jpg', 5), uploaded('old.jpg', 32)]], []), time)).toMatchObject({
    checked: 0,
    count: 0,
  })
})

test('a delivery of an earlier object of the key does not count', async () => {
  const asked: number[] = []
  const deps = depsOf([[uploaded('a.jpg', 7)]], [])

  await countUnheard({ ...deps, deliveries: { hasSince: async (_, since) => asked.push(since) > 0 } }, time)

  expect(asked).toEqual([now - 7 * HOUR])
})

test('counts many, and names some', async () => {
  const many = Array.from({ length: 50 }, (_, index) => uploaded(`${index}.jpg`, 7))

  const { count, keys } = await countUnheard(depsOf([many], []), time)

  expect([count, keys.length]).toEqual([50, 20])
})

test('fails rather than leave some out', async () => {
  const deps = depsOf([[uploaded('a.jpg', 7)]], [])

  await expect(countUnheard(deps, { ...time, remainingMs: () => 5000 })).rejects.toThrow('too many objects')
})

test('the first line is the metric, the second one is for people', () => {
  const [metric = '', line = ''] = reportUnheard({ checked: 5, count: 1, keys: ['lost.jpg'] }, 'dev', now)

  expect(JSON.parse(metric)).toMatchObject({ stage: 'dev', UnheardObjects: 1, _aws: { Timestamp: now } })
  expect(JSON.parse(line)).toMatchObject({ level: 'ERROR', count: 1, keys: ['lost.jpg'] })
})

function depsOf(pages: Upload[][], heard: string[]) {
  return {
    uploads: {
      async *list() {
        yield* pages
      },
    },
    deliveries: { hasSince: async (key: string) => heard.includes(key) },
  }
}
