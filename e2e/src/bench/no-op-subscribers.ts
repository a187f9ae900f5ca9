import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uploadObjects } from '@fanout/operator'
import { writeTexts } from './local-cloud.ts'
import type { Figure } from './main.ts'
import { withPipeline } from './session.ts'
import { quantile, rounded } from './statistics.ts'
import { ROOT, subscriberNames, synthesize } from '../workspace.ts'

const PARALLEL = 1_000
const ONE_BY_ONE = 100

/** The same subscribers, whose functions do nothing: what is left is what the local cloud itself takes. */
export async function measureNoOpSubscribers(): Promise<Figure[]> {
  synthesize()
  const folder = await mkdtemp(join(tmpdir(), 'fanout-bench-no-op-'))
  const arrivals = countArrivals(subscriberNames().length)
  try {
    const assemblies = [join(ROOT, 'infra/cdk.out'), ...(await writeNoOpSubscribers(folder))]
    return await withPipeline(
      async (stage) => {
        const upload = async (files: Awaited<ReturnType<typeof writeTexts>>) => {
          const arrived = files.map(({ key }) => arrivals.of(key))
          const started = performance.now()
          await uploadObjects(stage, files)
          await Promise.all(arrived)
          return performance.now() - started
        }
        await upload(await writeTexts(folder, 'warm', 50))
        const parallelMs = await upload(await writeTexts(folder, 'parallel', PARALLEL))
        const times: number[] = []
        for (const file of await writeTexts(folder, 'single', ONE_BY_ONE)) times.push(await upload([file]))
        return [
          {
            name: `no-op subscribers, ${PARALLEL} files of 1 kB, 8 uploads at a time: rate`,
            value: rounded(PARALLEL / (parallelMs / 1000)),
            unit: '/s',
            goal: '>= 300',
          },
          {
            name: 'no-op subscribers, one file of 1 kB until the last has it: p50',
            value: rounded(quantile(times, 0.5)),
            unit: 'ms',
            goal: '<= 8',
          },
        ]
      },
      { assemblies, functionLog: arrivals.note },
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

// It says which keys came, and by that one knows when
const HANDLER = `
export const handler = async ({ Records }) => {
  for (const { body } of Records) for (const { s3 } of JSON.parse(body).Records) console.log('no-op ' + s3.object.key)
  return { batchItemFailures: [] }
}
`

/** @returns the assemblies: those of the subscribers, with another handler in each */
async function writeNoOpSubscribers(folder: string): Promise<string[]> {
  return await Promise.all(
    subscriberNames().map(async (name) => {
      const assembly = join(folder, name)
      await cp(join(ROOT, 'apps', name, 'cdk.out'), assembly, { recursive: true })
      const assets = (await readdir(assembly)).filter((entry) => entry.startsWith('asset.'))
      for (const asset of assets) {
        await rm(join(assembly, asset), { recursive: true })
        await mkdir(join(assembly, asset))
        await writeFile(join(assembly, asset, 'handler.mjs'), HANDLER)
      }
      return assembly
    }),
  )
}

/** Tells when a key has come to so many subscribers, by what their functions print. */
function countArrivals(subscribers: number) {
  const counts = new Map<string, number>()
  const waiting = new Map<string, () => void>()
  return {
    note: (_functionName: string, line: string): void => {
      const key = /no-op (\S+)/.exec(line)?.[1]
      if (key === undefined) return
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      if (count === subscribers) waiting.get(key)?.()
    },
    /** To be called before the upload. */
    async of(key: string): Promise<void> {
      await new Promise<void>((resolve) => {
        waiting.set(key, resolve)
      })
    },
  }
}
