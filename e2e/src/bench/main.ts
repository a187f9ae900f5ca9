import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readOrExit } from '../read-or-exit.ts'
import { measureBundles } from './bundles.ts'
import { measureLargeObject } from './large-object.ts'
import { measureLocalCloud } from './local-cloud.ts'
import { measureNoOpSubscribers } from './no-op-subscribers.ts'
import { measureParsing } from './parsing.ts'
import { measureThumbnails } from './thumbnails.ts'

/** One thing that is measured: the figure, and what DESIGN asks of it. */
export interface Figure {
  name: string
  value: number
  unit: string
  goal?: string
}

/** What a measurement needs from the command line. */
export interface BenchOptions {
  /** Photos for the thumbnail ratio; generated samples without any. */
  files: string[]
}

const BENCHES: Readonly<Record<string, (options: BenchOptions) => Promise<Figure[]>>> = {
  bundles: measureBundles,
  parsing: measureParsing,
  'local-cloud': async () => [
    ...(await measureLocalCloud()),
    ...(await measureNoOpSubscribers()),
    ...(await measureLargeObject()),
  ],
  thumbnails: measureThumbnails,
}

const USAGE = `usage: pnpm bench [${Object.keys(BENCHES).join('|')}] [--json] [PHOTO…]

  Measures on this machine, after a build; figures of one run belong together. Without a name, all of them.

example: pnpm -s bench thumbnails --json ~/Pictures/*.jpg`

const { json, chosen, files } = readOrExit('bench', USAGE, (args) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const [first = ''] = positionals
  const named = BENCHES[first]
  if (named) return { ...values, chosen: { [first]: named }, files: positionals.slice(1) }
  if (first !== '' && !existsSync(resolve(process.env['INIT_CWD'] ?? '.', first))) {
    throw new Error(`${first} is neither a benchmark nor a photo`)
  }
  return { ...values, chosen: BENCHES, files: positionals }
})

const document: Record<string, Figure[]> = {}
for (const [name, measure] of Object.entries(chosen)) {
  const figures = await measure({ files })
  document[name] = figures
  if (json) continue
  console.log(`\n${name}`)
  for (const { name: what, value, unit, goal } of figures) {
    console.log(
      `  ${what.padEnd(64)} ${String(value).padStart(9)} ${unit.padEnd(4)} ${goal ? `goal ${goal}` : ''}`.trimEnd(),
    )
  }
}
if (json) console.log(JSON.stringify(document))
