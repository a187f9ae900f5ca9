import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readOrExit } from '../read-or-exit.ts'
import { mutate, type Mutation } from './mutation.ts'
import { mutations } from './mutations/index.ts'
import { findFailingTest, runMutation } from './run-mutation.ts'
import { scratchCopy } from './scratch-copy.ts'

const USAGE = `usage: pnpm mutate [--only TEXT] [--check]

  Breaks one rule at a time in a scratch copy, and says which test noticed; --only those with the text in their path or
  rule. With --check it only looks whether the code still has a place for each mutation.

example: pnpm mutate --only apps/thumbnailer`

const { values } = readOrExit('mutate', USAGE, (args) =>
  parseArgs({ args, options: { only: { type: 'string', default: '' }, check: { type: 'boolean', default: false } } }),
)
const root = join(import.meta.dirname, '../../..')
const chosen = mutations.filter(({ file, breaks }) => `${file} ${breaks}`.includes(values.only))
if (chosen.length === 0) {
  console.error(`mutate: no mutation with "${values.only}" in its path or rule`)
  process.exit(2)
}

for (const mutation of chosen) mutate(mutation, root)
if (values.check) console.log(`${chosen.length} mutations have their place`)
else process.exitCode = (await noticeAll(chosen)) ? 0 : 1

async function noticeAll(all: Mutation[]): Promise<boolean> {
  const copy = scratchCopy(root)
  let noticed = 0
  try {
    for (const workspace of new Set(all.map((mutation) => mutation.workspace))) {
      const test = await findFailingTest(workspace, copy)
      if (test !== undefined) throw new Error(`a test of ${workspace} fails before anything is broken: ${test}`)
    }
    for (const mutation of all) {
      const test = await runMutation(mutation, copy)
      if (test !== undefined) noticed += 1
      console.log(`${test === undefined ? 'MISSED ' : 'noticed'}  ${mutation.breaks}`)
      console.log(`         ${test === undefined ? mutation.file : `${mutation.workspace}: ${test}`}`)
    }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
  console.log(`\n${noticed} of ${all.length} noticed`)
  return noticed === all.length
}
