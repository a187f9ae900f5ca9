import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLocalCloud } from './src/index.ts'
import { resourceTypes } from './src/provision/resource-types.ts'

// The local cloud stays small enough to be read in a day; what it lacks, it refuses by name
const most = { total: 4290, file: 250 }

const source = join(import.meta.dirname, 'src')
const files = (await readdir(source, { recursive: true })).filter((name) => /\.(ts|cjs)$/.test(name))
const sizes = await Promise.all(
  files.map(async (name) => ({ name, lines: (await readFile(join(source, name), 'utf8')).split('\n').length - 1 })),
)
sizes.sort((a, b) => b.lines - a.lines)
const total = sizes.reduce((sum, { lines }) => sum + lines, 0)
const largest = sizes[0]?.lines ?? 0
const printed: string[] = []
const print = (count: number, text: string) => printed.push(`${String(count).padStart(5)}  ${text}\n`)
for (const { name, lines } of sizes) print(lines, name)
print(total, `lines of at most ${most.total}, the largest file ${largest} of at most ${most.file}\n`)

const cloud = await startLocalCloud({ assemblies: [], port: 0 })
await cloud.close()
for (const [service, operations] of cloud.modelled)
  print(operations.length, `${service}: ${operations.toSorted().join(', ')}`)
const types = Object.keys(resourceTypes)
print(types.length, `resource types: ${types.toSorted().join(', ')}`)
// At once: whoever reads only the first lines closes the pipe
process.stdout.write(printed.join(''))
if (total > most.total || largest > most.file) process.exitCode = 1
