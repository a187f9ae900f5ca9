import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Mutation } from './mutation.ts'

export interface MutationVerdict {
  isNoticed: boolean
  /** The test that noticed; else what is wrong. */
  by: string
}

/** Breaks the rule in the copy, runs the tests of its workspace, and puts it right again. */
export async function runMutation(mutation: Mutation, copy: string): Promise<MutationVerdict> {
  const { find, replace, workspace } = mutation
  const file = join(copy, mutation.file)
  const original = readFileSync(file, 'utf8')
  const places = original.split(find).length - 1
  if (places !== 1) return { isNoticed: false, by: `${mutation.file} has ${places} places for it: ${find}` }
  // A function, because a '$' in a replacement string would be special
  writeFileSync(
    file,
    original.replace(find, () => replace),
  )
  try {
    const test = await findFailingTest(join(copy, workspace), copy)
    return test === undefined
      ? { isNoticed: false, by: `all tests of ${workspace} pass, though ${mutation.file} is broken` }
      : { isNoticed: true, by: `${workspace}: ${test}` }
  } finally {
    writeFileSync(file, original)
  }
}

/** The first test of a workspace that fails. */
async function findFailingTest(workspace: string, copy: string): Promise<string | undefined> {
  const report = join(workspace, 'reports/test.json')
  rmSync(report, { force: true })
  const config = join(relative(workspace, copy), 'vitest.config.ts')
  const code = await run('vitest', ['run', '--root', '.', '--config', config, '--bail', '1'], workspace)
  if (code === 0) return undefined
  const { testResults }: TestReport = JSON.parse(readFileSync(report, 'utf8'))
  for (const { assertionResults, message } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed')
    if (failed) return failed.fullName
    if (assertionResults.length === 0 && message) return message.split('\n')[0]
  }
  throw new Error(`vitest failed in ${workspace} without a failing test`)
}

interface TestReport {
  testResults: { message: string; assertionResults: { status: string; fullName: string }[] }[]
}

function run(command: string, args: string[], cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: 'ignore' })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
