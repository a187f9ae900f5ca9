import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { scratchCopy } from '../src/mutate/scratch-copy.ts'

export const root = join(import.meta.dirname, '../..')

/** What is answered to the generator. */
export interface Answers {
  events: string
  prefix: string
  table: boolean
  bucket: boolean
}

/** A copy of the repository with these subscribers in it, `apps/made-<index>`, as far as the generator makes them. */
export function createCopyWith(answers: Answers[]): string {
  const copy = scratchCopy(root)
  for (const [index, { events, prefix, table, bucket }] of answers.entries()) {
    const app = `made-${index}`
    const gen = ['run', 'subscriber', '--root', copy, '--args', app, events, prefix, String(table), String(bucket)]
    const { status, output } = run(copy, 'gen', gen)
    if (status !== 0) throw new Error(`the generator failed: ${output}`)
    linkDependencies(join(copy, 'apps', app))
  }
  return copy
}

/** Runs one of the repository's development tools in the copy. */
export function run(copy: string, binary: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', binary), args, {
    cwd: copy,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
  })
  return { status, output: stdout + stderr }
}

/** As pnpm would: what a new subscriber depends on, the other apps depend on too. */
function linkDependencies(app: string): void {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'))
  for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
    const installed = ['audit-logger', 'thumbnailer'].map((other) =>
      join(root, 'apps', other, 'node_modules', dependency),
    )
    const link = join(app, 'node_modules', dependency)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(realpathSync(installed.find(existsSync) ?? dependency), link)
  }
}
