import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeResults } from '../src/backlog/describe-results.ts'
import { SCENARIOS } from '../src/backlog/scenarios.ts'
import { simulateBacklog, type Scenario } from '../src/backlog/simulate-backlog.ts'
import { createRandom } from '../src/drill/random.ts'
import { readBlock } from '../src/generated-block.ts'

const root = join(import.meta.dirname, '../..')
const main = join(root, 'packages/operator/src/main.ts')

const CALM: Scenario = {
  name: 'calm',
  arrivalsPerSecond: 5,
  arrivalSeconds: 600,
  maxConcurrency: 10,
  recordMs: 100,
  maxAttempts: 9,
}
const simulate = (changes: Partial<Scenario>) => simulateBacklog({ ...CALM, ...changes }, createRandom(7).next)

test('the page on cost says what the command says', async () => {
  const output = execFileSync(process.execPath, [main, 'cost', '--uploads', '1e6'], { encoding: 'utf8' })
  const wanted = `\n\`\`\`\n$ pnpm fanout cost --uploads 1e6\n${output}\`\`\`\n\n`

  expect(await readBlock(join(root, 'docs/cost.md'), 'cost', wanted)).toBe(wanted)
})

test('the command gives the same as JSON: core, increments and what is fixed', () => {
  const json = execFileSync(process.execPath, [main, 'cost', '--uploads', '2e6', '--json'], { encoding: 'utf8' })

  expect(JSON.parse(json)).toMatchObject({
    uploads: 2e6,
    core: { total: expect.any(Number), items: expect.arrayContaining([{ name: 'SNS publish', dollars: 1 }]) },
    withDeliveryRecords: expect.any(Number),
    increments: expect.arrayContaining([{ name: 'renditions', dollars: 30 }]),
    fixedMonthly: { total: expect.any(Number), items: expect.any(Array) },
  })
})

test('the page on scaling says what the simulation says', async () => {
  const wanted = `\n${describeResults(SCENARIOS)}\n`

  expect(await readBlock(join(root, 'docs/scaling.md'), 'backlog', wanted)).toBe(wanted)
})

test('settles every upload once, done or dead', () => {
  const { uploads, done, dead } = simulate({ outage: { from: 0, to: 3600 } })

  expect([uploads, done + dead]).toEqual([3000, 3000])
})

test('loses nothing and is slow for nobody while there is room', () => {
  const { dead, slowestSeconds } = simulate({})

  expect([dead, slowestSeconds <= 2]).toEqual([0, true])
})

test('needs a tenth of the time with ten times the concurrency', () => {
  const burst = { arrivalsPerSecond: 1000, arrivalSeconds: 60, recordMs: 200 }
  const [slow, fast] = [10, 100].map((maxConcurrency) => simulate({ ...burst, maxConcurrency }).drainSeconds)

  expect((slow ?? 0) / (fast ?? 1)).toBeGreaterThan(8)
})

test('makes no dead letters of an outage shorter than the first waits', () => {
  expect(simulate({ outage: { from: 60, to: 120 } }).dead).toBe(0)
})

test('makes dead letters of everything that comes early in an outage longer than all attempts', () => {
  const { uploads, dead } = simulate({ arrivalSeconds: 60, outage: { from: 0, to: 10 * 3600 } })

  expect(dead).toBe(uploads)
})

test('hands out no more messages than SQS does', () => {
  const { mostInFlight, mostWaiting } = simulate({
    arrivalsPerSecond: 100,
    arrivalSeconds: 3600,
    maxConcurrency: 200,
    outage: { from: 0, to: 3600 },
    maxAttempts: 20,
  })

  expect(mostInFlight).toBe(120_000)
  expect(mostWaiting).toBeGreaterThan(0)
})
