import { spawn, spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeEach, expect, onTestFinished, test } from 'vitest'

const INFRA = `
  import { defineSubscriber, Duration } from '@fanout/infra'
  export default defineSubscriber({ memoryMb: 256, timeout: Duration.seconds(30) })`

let folder: string
beforeEach(async () => {
  folder = await createApp('word-count')
})

test('synth leaves a complete assembly in cdk.out, the same bytes in every folder', async () => {
  const other = await createApp('word-count')

  expect([fanoutCdk('synth'), fanoutCdk('synth', other)]).toEqual(Array(2).fill({ status: 0, output: '' }))

  const assembly = await readAll(join(folder, 'cdk.out'))
  expect(Object.keys(assembly)).toContain('/Fanout-dev-WordCount.template.json')
  expect(Object.keys(assembly)).toContainEqual(expect.stringMatching(/^\/asset\.\w+\/handler\.mjs$/))
  expect(await readAll(join(other, 'cdk.out'))).toEqual(assembly)
})

test("two synths of one app at once do not get in each other's way", async () => {
  const results = await Promise.all([1, 2].map(() => startFanoutCdk('synth')))

  expect(results).toEqual(Array(2).fill({ status: 0, output: '' }))
  const left = await readdir(join(folder, 'node_modules'))
  expect(left.filter((name) => name.startsWith('.cdk.out'))).toEqual([])
  expect(Object.keys(await readAll(join(folder, 'cdk.out')))).toContain('/Fanout-dev-WordCount.template.json')
})

test('synth tells what is wrong, and keeps what was synthesized before', async () => {
  await mkdir(join(folder, 'cdk.out'))
  await writeFile(join(folder, 'cdk.out/manifest.json'), 'of the last good synth')
  await writeFile(join(folder, 'infra.ts'), INFRA.replace('Duration.seconds(30)', 'Duration.minutes(16)'))

  const { status, output } = fanoutCdk('synth')

  expect(status).toBe(1)
  expect(output).toContain(
    'word-count: infra.ts: timeout is Duration.minutes(16), it should be a duration from 1 second',
  )
  expect(await readAll(join(folder, 'cdk.out'))).toEqual({ '/manifest.json': 'of the last good synth' })
})

test('synth makes one more function of each further handler file', async () => {
  await mkdir(join(folder, 'src'))
  await writeFile(join(folder, 'src/nightly.handler.ts'), '')

  expect(fanoutCdk('synth')).toEqual({ status: 0, output: '' })

  const template = await readFile(join(folder, 'cdk.out/Fanout-dev-WordCount.template.json'), 'utf8')
  expect(template).toContain('"Handler": "nightly.handler"')
})

test.each([
  ['infra.ts without a default export', { 'infra.ts': 'export {}' }, 'infra.ts has no default export'],
  ['infra.ts that is no TypeScript', { 'infra.ts': '\nexport default {' }, 'infra.ts:2: Unexpected token'],
  ['infra.ts with a wrong name', { 'infra.ts': '\nexport default nobody' }, 'infra.ts:2: nobody is not defined'],
  ['an app that is not built', { 'dist/lambda': undefined }, 'dist/lambda is missing, build it first'],
  ['a folder that is no app', { 'infra.ts': undefined }, 'no infra.ts here'],
])('synth refuses %s', async (_, changes, message) => {
  for (const [path, contents] of Object.entries<string | undefined>(changes)) {
    if (contents === undefined) await rm(join(folder, path), { recursive: true })
    else await writeFile(join(folder, path), contents)
  }

  const { status, output } = fanoutCdk('synth')

  expect(status).toBe(1)
  expect(output).toContain(message)
})

test('refuses other commands', () => {
  expect(fanoutCdk('publish')).toEqual({
    status: 1,
    output: expect.stringContaining('the commands are bootstrap, synth, diff, deploy, destroy'),
  })
})

/** An app inside this package, so that its infra.ts finds @fanout/infra. */
async function createApp(name: string): Promise<string> {
  const parent = join(import.meta.dirname, '../reports')
  await mkdir(parent, { recursive: true })
  const app = join(await mkdtemp(join(parent, 'app-')), name)
  onTestFinished(() => rm(dirname(app), { recursive: true, force: true }))
  await cp(join(import.meta.dirname, 'fixtures/function'), join(app, 'dist/lambda'), { recursive: true })
  await writeFile(join(app, 'infra.ts'), INFRA)
  return app
}

async function startFanoutCdk(command: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../bin/cdk.ts'), command], {
    cwd: folder,
    env: { PATH: process.env.PATH },
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { status, output: stdout + stderr }
}

function fanoutCdk(command: string, cwd = folder) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, '../bin/cdk.ts'), command],
    {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    },
  )
  return { status, output: stdout + stderr }
}

async function readAll(root: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files[path.slice(root.length)] = await readFile(path, 'utf8')
  }
  return files
}
