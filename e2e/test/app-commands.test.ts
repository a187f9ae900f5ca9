import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { writeSampleImages } from '@fanout/operator'
import { beforeAll, expect, test } from 'vitest'

const main = join(import.meta.dirname, '../../packages/operator/src/main.ts')
let folder: string
let samples: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fanout-app-commands-'))
  samples = (await writeSampleImages(folder)).map((path) => basename(path))
})

test('an app adds a command that works on files, named where the person is', async () => {
  const { code, lines } = await fanout(['thumbnail', 'dunes.jpg', 'notes.txt', 'torn.jpg', '--json', '--out', 'made'])

  expect(code).toBe(0)
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { file: 'dunes.jpg', outcome: 'done', reason: null, format: 'jpeg' },
    { file: 'notes.txt', outcome: 'skipped', reason: 'not an image', renditions: [] },
    { file: 'torn.jpg', outcome: 'rejected', reason: 'truncated JPEG', renditions: [] },
  ])
  const { renditions } = JSON.parse(lines[0] ?? '')
  const names = renditions.map((rendition: { file: string }) => basename(rendition.file))
  expect((await readdir(join(folder, 'made'))).toSorted()).toEqual(names.toSorted())
})

test('the names come by standard input, too, and each file has a line for a person', async () => {
  const { code, lines } = await fanout(['thumbnail', '--stdin'], samples.join('\n'))

  expect(code).toBe(0)
  expect(lines.map((line) => line.split('  ')[0])).toEqual(samples)
})

test('a file that cannot be read is told in its own line, and the others go on', async () => {
  const { code, lines, stderr } = await fanout(['thumbnail', 'no-such.jpg', '.', 'dunes.jpg', '--json'])

  expect(code).toBe(1)
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { file: 'no-such.jpg', error: 'there is no such file' },
    { file: '.', error: 'it is not a regular file' },
    { file: 'dunes.jpg', outcome: 'done' },
  ])
  expect(stderr).toBe('fanout: no-such.jpg: there is no such file\nfanout: .: it is not a regular file\n')
})

test.each([
  ['no file', ['thumbnail'], 'name files'],
  ['an unknown flag', ['thumbnail', '--jsno', 'a.jpg'], '--json'],
  ['an unknown command', ['thumbnial', 'a.jpg'], 'thumbnail'],
])('%s is a wrong usage', async (_, args, hint) => {
  const { code, stderr } = await fanout(args)

  expect(code).toBe(2)
  expect(stderr).toContain(hint)
})

test('help tells of it', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--help'])

  expect(stdout).toMatch(/^ {2}thumbnail /m)
})

test('a reader who has had enough ends it quietly', async () => {
  await writeFile(join(folder, 'many.txt'), `${'dunes.jpg\n'.repeat(2000)}`)
  const script = `"$0" "$1" thumbnail --stdin --json < many.txt | head -n 1`

  const options = { cwd: folder, env: { ...process.env, INIT_CWD: folder } }

  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, process.execPath, main], options)

  expect(stdout.split('\n')).toHaveLength(2)
  expect(stderr).toBe('')
})

/** Runs the command as pnpm does: from the workspace's root, with the person's folder beside it. */
async function fanout(args: string[], input = '') {
  const env = { ...process.env, INIT_CWD: folder }
  const child = spawn(process.execPath, [main, ...args], { cwd: join(import.meta.dirname, '../..'), env })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, lines: stdout.split('\n').filter((line) => line !== ''), stderr }
}
