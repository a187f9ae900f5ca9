import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { mutate, type Mutation } from './mutation.ts'

/** Breaks the rule in the copy and runs the tests of its workspace: the first that noticed, undefined when all pass. */
export async function runMutation(mutation: Mutation, copy: string): Promise<string | undefined> {
  const file = join(copy, mutation.file)
  const { original, mutated } = mutate(mutation, copy)
  writeFileSync(file, mutated)
  try {
    return await findFailingTest(mutation.workspace, copy, mutation.by)
  } finally {
    writeFileSync(file, original)
  }
}

/** The first test of a workspace that fails, in the copy as it is; `name`: only of those whose name matches this pattern. */
export async function findFailingTest(workspace: string, copy: string, name?: string): Promise<string | undefined> {
  const folder = join(copy, workspace)
  const report = join(folder, 'reports/test.json')
  rmSync(report, { force: true })
  const config = join(relative(folder, copy), 'vitest.config.ts')
  const named = name === undefined ? [] : ['--testNamePattern', name]
  const code = await run('vitest', ['run', '--root', '.', '--config', config, '--bail', '1', ...named], folder)
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
