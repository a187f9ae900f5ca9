import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { testEnvironment } from '@fanout/handler/testing'
import * as z from 'zod'
import type { Figure } from './main.ts'
import { median, rounded } from './statistics.ts'
import { ROOT, subscriberNames, synthesize } from '../workspace.ts'

const RUNS = 11

const GOALS: Readonly<Record<string, { kilobytes: number; init: number }>> = {
  'audit-logger': { kilobytes: 330, init: 2.7 },
  'metadata-indexer': { kilobytes: 560, init: 3.6 },
  thumbnailer: { kilobytes: 560, init: 3.6 },
}

/** How much each function's code weighs, and what loading it costs against a process with an empty handler. */
export async function measureBundles(): Promise<Figure[]> {
  synthesize()
  const scratch = await mkdtemp(join(tmpdir(), 'fanout-bench-'))
  try {
    const empty = join(scratch, 'handler.mjs')
    await writeFile(empty, 'export const handler = async () => ({})')
    const bundles = await Promise.all(
      subscriberNames().map(async (name) => ({ name, handler: await copyForThisHost(name, join(scratch, name)) })),
    )
    const costs = new Map<string, number[]>()
    for (let run = 0; run < RUNS; run += 1) {
      for (const { handler } of [{ handler: empty }, ...bundles]) {
        costs.set(handler, [...(costs.get(handler) ?? []), initCpuMs(handler)])
      }
    }
    const emptyMs = median(costs.get(empty) ?? [])
    const figures = bundles.map(async ({ name, handler }): Promise<Figure[]> => {
      const goal = GOALS[name]
      const init = median(costs.get(handler) ?? []) / emptyMs
      return [
        {
          name: `${name}: code that is loaded at start`,
          value: await loadedKilobytes(name),
          unit: 'KB',
          ...(goal ? { goal: `<= ${goal.kilobytes}` } : {}),
        },
        {
          name: `${name}: CPU of a process that loads it, against an empty one`,
          value: rounded(init),
          unit: 'x',
          ...(goal ? { goal: `<= ${goal.init}` } : {}),
        },
      ]
    })
    return (await Promise.all(figures)).flat()
  } finally {
    await rm(scratch, { recursive: true })
  }
}

const Meta = z.object({
  outputs: z.record(
    z.string(),
    z.object({ bytes: z.number(), imports: z.array(z.object({ path: z.string(), kind: z.string() })) }),
  ),
})

async function loadedKilobytes(app: string): Promise<number> {
  const { outputs } = Meta.parse(JSON.parse(await readFile(join(ROOT, 'apps', app, 'dist/meta.json'), 'utf8')))
  const loaded = new Set<string>()
  const load = (path: string) => {
    const output = outputs[path]
    if (!output || loaded.has(path)) return
    loaded.add(path)
    for (const { kind, path: imported } of output.imports) if (kind === 'import-statement') load(imported)
  }
  load('dist/lambda/handler.mjs')
  return Math.round([...loaded].reduce((bytes, path) => bytes + (outputs[path]?.bytes ?? 0), 0) / 1024)
}

/** CPU milliseconds of a whole process that does nothing but load the module, as Lambda's init does. */
function initCpuMs(module: string): number {
  const script = `await import(${JSON.stringify(module)}); const { user, system } = process.cpuUsage(); console.log((user + system) / 1000); process.exit()`
  const env = {
    PATH: process.env['PATH'],
    AWS_REGION: 'eu-west-1',
    ...testEnvironment(),
    DELIVERIES_TABLE: 'deliveries',
    THUMBNAILS_BUCKET: 'thumbnails',
    INDEX_TABLE: 'index',
    AUDIT_TABLE: 'audit',
  }
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { env, encoding: 'utf8' }))
}

/** The asset holds sharp's native part for Lambda's processor; the copy has the one of this machine. */
async function copyForThisHost(app: string, folder: string): Promise<string> {
  const asset = join(ROOT, 'apps', app, 'dist/lambda')
  await cp(asset, folder, { recursive: true, filter: (path) => path !== join(asset, 'node_modules') })
  const sharp = createRequire(createRequire(import.meta.url).resolve('sharp'))
  const native = dirname(sharp.resolve(`@img/sharp-${process.platform}-${process.arch}/package`))
  await mkdir(join(folder, 'node_modules/@img'), { recursive: true })
  await symlink(native, join(folder, 'node_modules/@img/sharp-linux-arm64'))
  return join(folder, 'handler.mjs')
}
