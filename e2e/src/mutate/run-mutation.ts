import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Mutation } from './mutation.ts'

/** The test that noticed the mutation; undefined when all of them passed. */
export async function runMutation(mutation: Mutation, copy: string): Promise<string | undefined> {
  const file = join(copy, mutation.file)
  const original = readFileSync(file, 'utf8')
  const places = original.split(mutation.find).length - 1
  if (places !== 1) throw new Error(`${mutation.file}: expected one place for the mutation, found ${places}: ${mutation.find}`)
  // A function, because a '$' in a replacement string would be special
  writeFileSync(file, original.replace(mutation.find, () => mutation.replace))
  try {
    for (const workspace of mutation.testedBy) {
      const noticedBy = await failingTest(join(copy, workspace), copy)
      if (noticedBy) return `${workspace}: ${noticedBy}`
    }
    return undefined
  } finally {
    writeFileSync(file, original)
  }
}

/** The first test of a workspace that fails. */
async function failingTest(workspace: string, copy: string): Promise<string | undefined> {
  const report = join(workspace, 'reports/test.json')
  rmSync(report, { force: true })
  const config = join(relative(workspace, copy), 'vitest.config.ts')
  const code = await run('vitest', ['run', '--root', '.', '--config', config, '--bail', '1'], workspace)
  if (code === 0) return undefined
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as TestReport
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
