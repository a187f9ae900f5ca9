import { expect, test } from 'vitest'
import { drillOutage } from '../src/drill/faults/outage.ts'
import { drillInProcess, type DrillOptions } from '../src/drill/in-process.ts'
import { drillRuns } from '../src/drill/runs.ts'

const usual: DrillOptions = {
  seed: 7,
  events: 3000,
  keys: 300,
  contents: 60,
  sequencers: 'aws',
  duplicates: 0.05,
  isShuffled: true,
  dropped: 0,
  poison: 0.01,
  failures: 0.005,
  deaths: 0.0005,
  isOrdered: true,
}
const fewKeys: DrillOptions = { ...usual, events: 30, keys: 3, contents: 12, poison: 0.03, duplicates: 0.5 }

const nothingWrong = { differences: 0, lost: 0, doubled: 0 }

test('late, repeated and failing events end in what the operations on the bucket say', async () => {
  const { result, differences } = await drillInProcess(usual)

  expect(differences).toEqual([])
  expect(result).toMatchObject({ ...nothingWrong, events: 3000, duplicates: 150, poison: 30, deadLetters: 90 })
  expect(result.failedCalls).toBeGreaterThan(100)
  expect(result.deaths).toBeGreaterThan(10)
})

test('renditions, rows and bucket agree after every one of many short histories of few keys', async () => {
  const { result, differences } = await drillRuns(25, fewKeys)

  expect(differences).toEqual([])
  expect(result).toMatchObject(nothingWrong)
})

test.each(['constant', 'none'] as const)(
  'they agree when the sequencers are %s, as with an emulator',
  async (sequencers) => {
    const { result, differences } = await drillRuns(10, { ...fewKeys, sequencers })

    expect(differences).toEqual([])
    expect(result).toMatchObject(nothingWrong)
  },
)

test('what never came is made up for by a replay, without an entry in the trail', async () => {
  const { result, differences } = await drillInProcess({ ...usual, dropped: 0.05 })

  expect(differences).toEqual([])
  expect(result).toMatchObject(nothingWrong)
  expect(result.dropped).toBeGreaterThan(100)
})

test('an indexer that ignores the sequencer is found out', async () => {
  const { result } = await drillInProcess({ ...usual, isOrdered: false })

  expect(result.differences).toBeGreaterThan(0)
})

test('the same seed brings the same history, the same troubles and the same end', async () => {
  const [one, other] = [await drillRuns(2, fewKeys), await drillRuns(2, fewKeys)]

  expect({ ...other.result, elapsedMs: 0 }).toEqual({ ...one.result, elapsedMs: 0 })
})

test('30 s in which S3 and DynamoDB say SlowDown to every call give no dead letter', async () => {
  const { deadLetters } = await drillOutage({ seed: 1, error: 'SlowDown', status: 503, lastsMs: 30_000 })

  expect(deadLetters).toBe(0)
})

test('what is denied for good ends as dead letters, one for each delivery', async () => {
  const { deadLetters, deliveries } = await drillOutage({
    seed: 1,
    error: 'AccessDenied',
    status: 403,
    lastsMs: Infinity,
  })

  expect(deadLetters).toBe(deliveries)
})
