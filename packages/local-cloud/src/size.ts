import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openDataFolder } from './data-folder.ts'
import { resourceTypes } from './provision/resource-types.ts'
import { createServices } from './services.ts'

// It stays small enough to be read in a day; what it lacks, it refuses by name
const most = { total: 3000, file: 250 }

const files = (await readdir(import.meta.dirname, { recursive: true })).filter((name) => /\.(ts|cjs)$/.test(name))
const sizes = await Promise.all(
  files.map(async (name) => {
    const text = await readFile(join(import.meta.dirname, name), 'utf8')
    return { name, lines: text.split('\n').length - 1 }
  }),
)
sizes.sort((a, b) => b.lines - a.lines)
const total = sizes.reduce((sum, { lines }) => sum + lines, 0)
const [largest = { name: '', lines: 0 }] = sizes
for (const { name, lines } of sizes) print(lines, name)
print(total, `lines of at most ${most.total}, the largest file ${largest.lines} of at most ${most.file}\n`)

const folder = await openDataFolder(undefined)
const site = { accountId: '', region: '', endpoint: '', dataDir: folder.path, timeScale: 1, warn: () => {} }
const services = createServices(site)
for (const [name, { operations }] of Object.entries(services)) {
  print(operations.length, `${name}: ${operations.toSorted().join(', ')}`)
}
print(Object.keys(resourceTypes).length, `resource types: ${Object.keys(resourceTypes).toSorted().join(', ')}`)
services.s3.close()
await services.dynamodb.close()
await folder.close()
if (total > most.total || largest.lines > most.file) process.exitCode = 1

function print(count: number, text: string): void {
  process.stdout.write(`${String(count).padStart(5)}  ${text}\n`)
}
