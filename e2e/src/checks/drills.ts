import { deepEqual, ok } from 'node:assert/strict'
import { join } from 'node:path'
import { drillThroughLocalCloud } from '../drill/cloud/through-local-cloud.ts'
import { isAsExpected, type Drilled } from '../drill/drilled.ts'
import { drillInProcess, type DrillOptions } from '../drill/in-process.ts'
import { drillRuns } from '../drill/runs.ts'
import { mutate } from '../mutate/mutation.ts'
import { mutations } from '../mutate/mutations/index.ts'
import { report } from './report.ts'

/** The drills in short, with fixed seeds: 40 s. docs/testing.md says what each of them is. */
const usual: DrillOptions = {
  seed: 7,
  events: 5000,
  keys: 600,
  contents: 100,
  sequencers: 'aws',
  duplicates: 0.05,
  isShuffled: true,
  dropped: 0,
  poison: 0.01,
  failures: 0.005,
  deaths: 0.0005,
  isOrdered: true,
}
const fewKeys: DrillOptions = { ...usual, events: 30, keys: 3, contents: 12, duplicates: 0.5 }

await report({
  '5,000 events, late, repeated and failing': async () => insistAsExpected(await drillInProcess(usual)),
  'as many, of which one in fifty never comes, and a reconcile': async () => {
    insistAsExpected(await drillInProcess({ ...usual, dropped: 0.02 }))
  },
  '200 short histories of few keys': async () => insistAsExpected(await drillRuns(200, fewKeys)),
  '50 of them with a constant sequencer, 50 with none': async () => {
    insistAsExpected(await drillRuns(50, { ...fewKeys, sequencers: 'constant' }))
    insistAsExpected(await drillRuns(50, { ...fewKeys, sequencers: 'none' }))
  },
  'without the sequencer, differences are seen': async () => {
    ok((await drillInProcess({ ...usual, isOrdered: false })).differences.length > 0)
  },
  '200 events through the local cloud, four functions killed': async () => {
    const cloud = { seed: 3, events: 200, keys: 25, contents: 50, duplicates: 0.05, poison: 0.01, kills: 4 }
    insistAsExpected(await drillThroughLocalCloud(cloud))
  },
  'every mutation has its place in the code': () => {
    for (const mutation of mutations) mutate(mutation, join(import.meta.dirname, '../../..'))
  },
})
// Processes that have died in virtual time have left their timers behind
process.exit()

function insistAsExpected({ result, differences }: Drilled): void {
  deepEqual(differences, [])
  ok(isAsExpected(result), JSON.stringify(result))
}
