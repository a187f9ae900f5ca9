import { parseArgs } from 'node:util'
import { drillThroughLocalCloud } from './cloud/through-local-cloud.ts'
import { describeDifferences } from './compare.ts'
import { isAsExpected, type Drilled } from './drilled.ts'
import { drillFaults, isAllClassified } from './faults/drill-faults.ts'
import { SEQUENCERS } from './history.ts'
import { drillInProcess } from './in-process.ts'
import { drillRuns } from './runs.ts'

/** `pnpm drill`: what docs/testing.md says of it. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    events: { type: 'string', default: '10000' },
    keys: { type: 'string' },
    contents: { type: 'string', default: '200' },
    sequencers: { type: 'string', default: 'aws' },
    duplicates: { type: 'string', default: '0.05' },
    shuffle: { type: 'boolean', default: false },
    poison: { type: 'string', default: '0.01' },
    failures: { type: 'string', default: '0.005' },
    deaths: { type: 'string', default: '0.0005' },
    runs: { type: 'string' },
    'through-local-cloud': { type: 'boolean', default: false },
    kill: { type: 'string', default: '0' },
    'without-sequencer': { type: 'boolean', default: false },
    faults: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

if (values.faults) {
  const result = await drillFaults(Number(values.seed))
  for (const line of result.wrong) console.error(line)
  console.log(values.json ? JSON.stringify(result) : describe(result))
  process.exit(isAllClassified(result) ? 0 : 1)
}

const drilled = await drill()
for (const line of describeDifferences(drilled.differences)) console.error(line)
console.log(values.json ? JSON.stringify(drilled.result) : describe(drilled.result))
// Processes that have died in virtual time have left their timers behind
process.exit(isAsExpected(drilled.result) ? 0 : 1)

function drill(): Promise<Drilled> {
  const events = Number(values.events)
  const options = {
    seed: Number(values.seed),
    events,
    keys: Number(values.keys ?? Math.ceil(events / 8)),
    contents: Number(values.contents),
    sequencers: SEQUENCERS.find((kind) => kind === values.sequencers) ?? 'aws',
    duplicates: Number(values.duplicates),
    isShuffled: values.shuffle,
    poison: Number(values.poison),
    failures: Number(values.failures),
    deaths: Number(values.deaths),
    isOrdered: !values['without-sequencer'],
  }
  if (values['through-local-cloud']) return drillThroughLocalCloud({ ...options, kills: Number(values.kill) })
  return values.runs === undefined ? drillInProcess(options) : drillRuns(Number(values.runs), options)
}

function describe(result: object): string {
  return Object.entries(result)
    .map(([name, value]) => `${name.padEnd(12)} ${value}`)
    .join('\n')
}
