import { spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { writeSampleImages } from '@fanout/operator'
import { beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { findFreePort } from '../src/find-free-port.ts'

const main = join(import.meta.dirname, '../../packages/operator/src/main.ts')

const RunDocument = z.object({
  objects: z.array(
    z.object({
      key: z.string(),
      subscribers: z.record(
        z.string(),
        z.object({ outcome: z.string(), reason: z.string().nullable(), attempts: z.number(), lagMs: z.number() }),
      ),
    }),
  ),
  subscribers: z.array(z.string()),
  deliveries: z.number(),
  deadLetters: z.number(),
  elapsedMs: z.number(),
})

let code: number | null
let stdout = ''
let stderr = ''

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fanout-main-job-'))
  await writeSampleImages(folder)
  const files = ['dunes.jpg', 'notes.txt', 'torn.jpg'].map((name) => join(folder, name))
  const flags = ['start', '--once', '--json', '--ephemeral', '--port', String(await findFreePort())]
  const child = spawn(process.execPath, [main, ...flags, ...files])
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  ;[stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
}, 300_000)

test('the main job ends well, with one JSON document on standard output and nothing else', () => {
  expect(code === 0 ? 'ended well' : stderr).toBe('ended well')
  expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  expect(RunDocument.safeParse(JSON.parse(stdout)).error).toBeUndefined()
})

test('every subscriber settles every file at the first attempt', () => {
  const { objects, subscribers, deliveries, deadLetters } = readDocument()

  expect(subscribers).toEqual(expect.arrayContaining(['audit-logger', 'metadata-indexer', 'thumbnailer']))
  expect({ deliveries, deadLetters }).toEqual({ deliveries: 3 * subscribers.length, deadLetters: 0 })
  expect(objects.flatMap((object) => Object.values(object.subscribers)).every(({ attempts }) => attempts === 1)).toBe(
    true,
  )
})

test('a photo is done by all', () => {
  expect(outcomesOf('dunes.jpg')).toMatchObject({
    thumbnailer: 'done',
    'audit-logger': 'done',
    'metadata-indexer': 'done',
  })
})

test('a text is skipped by the thumbnailer alone', () => {
  expect(outcomesOf('notes.txt')).toMatchObject({
    thumbnailer: 'skipped',
    'audit-logger': 'done',
    'metadata-indexer': 'done',
  })
})

test('a torn JPEG is rejected by the thumbnailer alone', () => {
  expect(outcomesOf('torn.jpg')).toMatchObject({
    thumbnailer: 'rejected',
    'audit-logger': 'done',
    'metadata-indexer': 'done',
  })
})

const readDocument = () => RunDocument.parse(JSON.parse(stdout))

function outcomesOf(key: string): Record<string, string> {
  const object = readDocument().objects.find((each) => each.key === key)
  return Object.fromEntries(Object.entries(object?.subscribers ?? {}).map(([name, { outcome }]) => [name, outcome]))
}
