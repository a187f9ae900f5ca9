import { deepEqual } from 'node:assert/strict'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { findFreePort } from '../find-free-port.ts'
import { cloneRepository } from './clone.ts'
import { report } from './report.ts'

/**
 * Makes a subscriber of each kind in a clone, and takes them through their whole life: built, tested, run with a file,
 * deployed alone (as far as a plan goes), removed.
 */
const KINDS = { plain: [], table: ['--table'], bucket: ['--bucket'], both: ['--table', '--bucket'] }
const made = Object.keys(KINDS).map((kind) => `made-${kind}`)
const folders = made.map((name) => `apps/${name}`)

const RunDocument = z.object({
  objects: z.array(z.object({ subscribers: z.record(z.string(), z.object({ outcome: z.string() })) })),
})
const Plan = z.object({ tasks: z.array(z.object({ taskId: z.string(), task: z.string() })) })

const clone = cloneRepository()
const ours = readdirSync(join(clone.folder, 'apps'))
try {
  await report({
    'one command makes each': () => {
      for (const [kind, options] of Object.entries(KINDS)) clone.pnpm('new:subscriber', `made-${kind}`, ...options)
    },
    'nothing is changed but their folders and the lockfile': () => {
      deepEqual(changes(), [...folders.map((folder) => `${folder}/`), 'pnpm-lock.yaml'].toSorted())
    },
    'each is built, typechecked and tested': () => {
      turbo('build', 'typecheck', 'test', ...made.map((name) => `--filter=@fanout/${name}`))
    },
    'the repository is free of lint and inside its boundaries, as before': () => {
      clone.pnpm('lint')
      clone.run('turbo', 'boundaries')
    },
    'the tests of the whole do not mind more subscribers': () => {
      const vitest = ['exec', 'vitest', 'run', '--root', '.', '--config', '../vitest.config.ts']
      clone.pnpm('--filter', '@fanout/e2e', ...vitest, 'test/main-job.test.ts')
    },
    'each settles a file, and so does a further function of one': async () => {
      const source = join(clone.folder, 'apps/made-table/src')
      writeFileSync(join(source, 'further.handler.ts'), "export { handler } from './handler.ts'\n")
      const outcomes = await outcomesOf('package.json')
      const expected = [...made, 'made-table-further'].map((name) => [name, 'done'])
      deepEqual(
        expected.map(([name = '']) => [name, outcomes[name]?.outcome]),
        expected,
      )
    },
    'each is deployed alone': () => {
      const plan: unknown = JSON.parse(turbo('deploy', '--filter=@fanout/made-table', '--dry=json'))
      const stacks = Plan.parse(plan).tasks.filter(({ task }) => task === 'synth' || task === 'deploy')
      const ids = stacks.map(({ taskId }) => taskId)
      deepEqual(ids.toSorted(), ['@fanout/made-table#deploy', '@fanout/made-table#synth'])
    },
    'without its folder nothing is left of it': async () => {
      for (const folder of folders) rmSync(join(clone.folder, folder), { recursive: true })
      clone.pnpm('install', '--offline', '--no-frozen-lockfile')
      deepEqual(changes(), [])
      deepEqual(Object.keys(await outcomesOf('package.json')), ours)
    },
  })
} finally {
  clone.remove()
}

function changes(): string[] {
  const lines = clone.run('git', 'status', '--porcelain').split('\n').filter(Boolean)
  return lines.map((line) => line.slice(3)).toSorted()
}

function turbo(...args: string[]): string {
  return clone.run('turbo', 'run', ...args)
}

/** What each subscriber made of a file, by name. */
async function outcomesOf(file: string) {
  const flags = ['--once', '--json', '--ephemeral', '--port', String(await findFreePort())]
  const document: unknown = JSON.parse(clone.pnpm('-s', 'start', ...flags, file))
  return RunDocument.parse(document).objects[0]?.subscribers ?? {}
}
