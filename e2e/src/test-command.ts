import { spawn } from 'node:child_process'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

/** `pnpm test`: builds, checks and tests every workspace, and says on its last line how many passed and failed. */
const root = join(import.meta.dirname, '../..')
const runs = join(root, '.turbo/runs')

/** What turbo says of a run; a task that did not run, because one before it failed, has no execution. */
const RunSummary = z.object({
  tasks: z.array(
    z.object({
      task: z.string(),
      directory: z.string(),
      execution: z.object({ exitCode: z.number().nullish() }).optional(),
    }),
  ),
})
type Task = z.infer<typeof RunSummary>['tasks'][number]

/** Vitest's JSON report, restored by turbo when the tests come from its cache. */
const TestReport = z.object({ numPassedTests: z.number(), numFailedTests: z.number() })

interface Count {
  passed: number
  failed: number
}

const counts = [
  // Built first, on its own: the end-to-end tests start the pipeline, which builds, too
  await runTasks('build'),
  await runTasks('typecheck', 'test', '//#lint'),
  { passed: 0, failed: (await runTurbo('boundaries')) === 0 ? 0 : 1 },
]
const { passed, failed } = sum(counts)
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

/** Runs the tasks of every workspace to their end, whatever fails. */
async function runTasks(...tasks: string[]): Promise<Count> {
  await rm(runs, { recursive: true, force: true })
  const exitCode = await runTurbo('run', ...tasks, '--continue=dependencies-successful', '--summarize')
  const [file] = await readdir(runs).catch(() => [])
  const summary: unknown = file === undefined ? { tasks: [] } : JSON.parse(await readFile(join(runs, file), 'utf8'))
  const count = sum(await Promise.all(RunSummary.parse(summary).tasks.map(countTask)))
  // Turbo itself may refuse to start
  return exitCode !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count
}

/** Tests count one by one; any other task counts only when it fails. */
async function countTask({ task, directory, execution }: Task): Promise<Count> {
  if (!execution) return { passed: 0, failed: 0 }
  const failedTasks = execution.exitCode === 0 ? 0 : 1
  const file = join(root, directory, 'reports/test.json')
  const text = task === 'test' ? await readFile(file, 'utf8').catch(() => undefined) : undefined
  if (text === undefined) return { passed: 0, failed: failedTasks }
  const { numPassedTests, numFailedTests } = TestReport.parse(JSON.parse(text))
  // A test file that cannot be loaded fails without a failed test
  return { passed: numPassedTests, failed: Math.max(numFailedTests, failedTasks) }
}

async function runTurbo(...args: string[]): Promise<number> {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' }
  const child = spawn(join(root, 'node_modules/.bin/turbo'), args, { cwd: root, env, stdio: 'inherit' })
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return exitCode ?? 1
}

function sum(counts: readonly Count[]): Count {
  return counts.reduce(
    (total, { passed, failed }) => ({ passed: total.passed + passed, failed: total.failed + failed }),
    {
      passed: 0,
      failed: 0,
    },
  )
}
