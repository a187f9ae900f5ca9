import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { readArguments } from '../read-arguments.ts'
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

const { values, positionals } = readArguments(USAGE, {
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const [first = ''] = positionals
const chosen = BENCHES[first] ? { [first]: BENCHES[first] } : BENCHES
const files = BENCHES[first] ? positionals.slice(1) : positionals
if (first !== '' && !BENCHES[first] && !existsSync(resolve(process.env['INIT_CWD'] ?? '.', first))) {
  console.error(`bench: ${first} is neither a benchmark nor a photo\n\n${USAGE}`)
  process.exit(2)
}

const document: Record<string, Figure[]> = {}
for (const [name, measure] of Object.entries(chosen)) {
  const figures = await measure({ files })
  document[name] = figures
  if (values.json) continue
  console.log(`\n${name}`)
  for (const { name: what, value, unit, goal } of figures) {
    console.log(
      `  ${what.padEnd(64)} ${String(value).padStart(9)} ${unit.padEnd(4)} ${goal ? `goal ${goal}` : ''}`.trimEnd(),
    )
  }
}
if (values.json) console.log(JSON.stringify(document))
