import { parseArgs } from 'node:util'
import { describeDifferences } from './compare.ts'
import { drillInProcess } from './in-process.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    events: { type: 'string', default: '10000' },
    keys: { type: 'string' },
    duplicates: { type: 'string', default: '0.05' },
    shuffle: { type: 'boolean', default: false },
    poison: { type: 'string', default: '0.01' },
    failures: { type: 'string', default: '0.005' },
    deaths: { type: 'string', default: '0.0005' },
    json: { type: 'boolean', default: false },
  },
})
const events = Number(values.events)
const { result, differences } = await drillInProcess({
  seed: Number(values.seed),
  events,
  keys: Number(values.keys ?? Math.ceil(events / 8)),
  duplicates: Number(values.duplicates),
  isShuffled: values.shuffle,
  poison: Number(values.poison),
  failures: Number(values.failures),
  deaths: Number(values.deaths),
})
for (const line of describeDifferences(differences)) console.error(line)
console.log(JSON.stringify(result))
process.exit(differences.length === 0 ? 0 : 1)
