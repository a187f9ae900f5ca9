import { readdir, writeFile } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from '../workspace.ts'
import { recordUsage } from './record-usage.ts'

/**
 * `node e2e/src/usage/main.ts PHOTO…`: counts what the pipeline asks of AWS for each photo, and keeps it where `fanout cost` reads
 * it.
 */
const { positionals } = parseArgs({ allowPositionals: true })
const paths = (await Promise.all(positionals.map(listPhotos))).flat()
if (paths.length === 0) throw new Error('give it photos, or folders of them')
const usage = await recordUsage(paths)
const file = join(ROOT, 'packages/operator/src/cost/recorded-usage.json')
await writeFile(file, `${JSON.stringify(usage, undefined, 2)}\n`)
console.log(JSON.stringify(usage, undefined, 2))

async function listPhotos(path: string): Promise<string[]> {
  if (extname(path) !== '') return [resolve(path)]
  return (await readdir(path)).filter((name) => /\.jpe?g$/i.test(name)).map((name) => resolve(path, name))
}
