import { parseArgs } from 'node:util'
import * as z from 'zod'
import type { DrillOptions } from './in-process.ts'
import { SEQUENCERS } from './sequencers.ts'

const count = z.coerce.number().int().min(0)
const share = z.coerce.number().min(0).max(1)

const Flags = z.object({
  seed: count.default(1),
  events: count.min(1).default(10_000),
  keys: count.min(1).optional(),
  contents: count.min(1).default(200),
  sequencers: z.enum(SEQUENCERS).default('aws'),
  duplicates: share.default(0.05),
  poison: share.default(0.01),
  dropped: share.default(0),
  failures: share.default(0.005),
  deaths: share.default(0.0005),
  runs: count.min(1).default(1),
  kill: count.default(0),
})

const SWITCHES = ['shuffle', 'without-sequencer', 'through-local-cloud', 'faults', 'json'] as const

/** What `pnpm drill` was told. Throws for what it does not know. */
export function readOptions(args: string[]) {
  const flags = Object.keys(Flags.shape).map((name) => [name, { type: 'string' }] as const)
  const switches = SWITCHES.map((name) => [name, { type: 'boolean' }] as const)
  const { values } = parseArgs({ args, options: Object.fromEntries([...flags, ...switches]) })
  const { runs, kill, keys, ...given } = Flags.parse(values)
  const on = new Set(Object.keys(values))
  const isOn = (name: (typeof SWITCHES)[number]) => on.has(name)
  const options: DrillOptions = {
    ...given,
    keys: keys ?? Math.ceil(given.events / 8),
    isShuffled: isOn('shuffle'),
    isOrdered: !isOn('without-sequencer'),
  }
  return {
    options,
    runs,
    kills: kill,
    isJson: isOn('json'),
    kind: isOn('faults')
      ? ('faults' as const)
      : isOn('through-local-cloud')
        ? ('cloud' as const)
        : ('virtual' as const),
  }
}
