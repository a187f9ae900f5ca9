import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { closeStage, openStage, writeSampleImages, type Stage } from '@fanout/operator'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findFreePort } from '../src/find-free-port.ts'
import { scratchCopy } from '../src/mutate/scratch-copy.ts'

const root = join(import.meta.dirname, '../..')
const settings = 'apps/thumbnailer/src/rendition-settings.ts'

let copy: string
let start: ChildProcess
let stage: Stage
let output = ''

// One run, and one edit after the other, as a person works
beforeAll(async () => {
  copy = scratchCopy(root)
  const [photo = ''] = await writeSampleImages(copy)
  const port = await findFreePort()
  const args = ['start', '--ephemeral', '--port', String(port), photo]
  // What was built here before need not be built again
  const env = { ...process.env, NO_COLOR: '1', TURBO_CACHE_DIR: join(root, '.turbo/cache') }
  start = spawn(process.execPath, [join(copy, 'packages/operator/src/main.ts'), ...args], { cwd: copy, env })
  for (const stream of [start.stdout, start.stderr]) stream?.on('data', (text: Buffer) => (output += text))
  await until(() => output.includes('Ctrl-C'), 240_000)
  stage = await openStage(copy, { port })
}, 300_000)

afterAll(async () => {
  closeStage(stage)
  start.kill('SIGINT')
  if (start.exitCode === null) await once(start, 'exit')
  rmSync(copy, { recursive: true, force: true })
}, 60_000)

vi.setConfig({ testTimeout: 60_000 })

test('a saved change is used by the next event', async () => {
  const before = await thumbnailOf('before.jpg', 1024)
  await save(settings, '1024,512,128', '96')

  const after = await thumbnailOf('after.jpg', 96)

  expect([before, after]).toEqual([1024, 96])
})

test('code that does not build is shown with its place, and what ran before runs on', async () => {
  edit(settings, "prefault('96')", "prefault('64'")
  await until(() => output.includes('cannot be taken over'))

  const during = await thumbnailOf('during.jpg', 96)

  expect(output).toMatch(/thumbnailer {2}cannot be taken over.*\n.*rendition-settings\.ts:\d+:\d+: Expected "\)"/)
  expect(during).toBe(96)
})

test('mended code is used again', async () => {
  await save(settings, "prefault('64'", "prefault('64')")

  expect(await thumbnailOf('mended.jpg', 64)).toBe(64)
})

test('a change in a package reaches the apps that use it', async () => {
  edit('packages/handler/src/outcome.ts', 'export ', 'export const changed = 1\nexport ')

  await until(() => ['audit-logger', 'metadata-indexer'].every((name) => output.includes(`${name}  rebuilt`)))

  expect(await thumbnailOf('package.jpg', 64)).toBe(64)
})

test('a change of what an app needs from AWS is synthesized for that app alone', async () => {
  edit('apps/thumbnailer/infra.ts', 'environment: {', "environment: {\n    THUMBNAIL_SIZES: '48',")
  await until(() => output.includes('thumbnailer  synthesized'), 60_000)

  expect(await thumbnailOf('infra.jpg', 48)).toBe(48)
  expect(count('synthesized')).toBe(1)
})

test('what a function prints appears as it comes, and is kept in a file', async () => {
  edit(
    'apps/thumbnailer/src/create-thumbnails.ts',
    '  if (event.kind',
    "  console.log('looking at', event.key)\n  if (event.kind",
  )
  const rebuilt = count('thumbnailer  rebuilt')
  await until(() => count('thumbnailer  rebuilt') > rebuilt)

  await thumbnailOf('printed.jpg', 48)

  await until(() => output.includes('thumbnailer  INFO  looking at printed.jpg'))
  const lines = readFileSync(join(copy, '.fanout/logs/thumbnailer.ndjson'), 'utf8').trimEnd().split('\n')
  const messages = lines.map((line): string => JSON.parse(line).message)
  expect(messages.some((message) => message.includes('looking at printed.jpg'))).toBe(true)
})

test('Ctrl-C ends it, and nothing is left running', async () => {
  start.kill('SIGINT')

  const [code] = await once(start, 'exit')

  expect(code).toBe(130)
})

/** Edits a file of the thumbnailer, and waits until the next event meets the change. */
async function save(file: string, from: string, to: string): Promise<void> {
  const rebuilt = count('thumbnailer  rebuilt')
  const saved = performance.now()
  edit(file, from, to)
  await until(() => count('thumbnailer  rebuilt') > rebuilt)
  console.log(`${Math.round(performance.now() - saved)} ms from saving a file until the next event meets the change`)
}

/** As editors do it: the file is replaced. */
function edit(file: string, from: string, to: string): void {
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`)
  writeFileSync(`${path}.tmp`, text.replace(from, to))
  renameSync(`${path}.tmp`, path)
}

/** Uploads a photo and answers the longest side of its largest rendition, which is to be of this size. */
async function thumbnailOf(key: string, size: number): Promise<number> {
  const { s3 } = stage.clients
  const bucket = stage.subscribers.find(({ name }) => name === 'thumbnailer')?.resources['THUMBNAILS_BUCKET']
  const Body = readFileSync(join(copy, 'dunes.jpg'))
  await s3.send(new PutObjectCommand({ Bucket: stage.uploadsBucket, Key: key, Body }))
  const rendition = { Bucket: bucket, Key: `${key}@${size}.webp` }
  const { Metadata = {} } = await eventually(() => s3.send(new HeadObjectCommand(rendition)))
  return Math.max(Number(Metadata.width), Number(Metadata.height))
}

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  let last: T | undefined
  await until(async () => (last = await attempt().catch(() => undefined)) !== undefined)
  if (last === undefined) throw new Error('it never came')
  return last
}

async function until(isTrue: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  await vi
    .waitUntil(isTrue, { timeout: timeoutMs, interval: 20 })
    .catch((cause: unknown) => Promise.reject(new Error(`waited in vain; printed until now:\n${output}`, { cause })))
}

const count = (text: string): number => output.split(text).length - 1
