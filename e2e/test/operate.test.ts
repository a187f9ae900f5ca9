import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { buildNotification } from '@fanout/event-parsing/testing'
import { peekDeadLetters, readDeliveries, readQueueDepths } from '@fanout/operator'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { finished, startOperatedCloud, type OperatedCloud } from '../src/operate/operated-cloud.ts'
import { denyPublishing } from '../src/operate/statements.ts'
import { startRecorder } from '../src/operate/recorder.ts'

const OBJECTS = 50
const keys = Array.from({ length: OBJECTS }, (_, index) => `holiday/${index} beach.jpg`)
const [firstKey = ''] = keys

let cloud: OperatedCloud
let photo: Buffer

// Each test goes on where the one before it left the pipeline: what an operator lives through in a day
beforeAll(async () => {
  cloud = await startOperatedCloud({ timeScale: 30, variables: { MAX_ATTEMPTS: '3', SETTLED_AFTER_HOURS: '0' } })
  photo = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#8ac' } })
    .jpeg()
    .toBuffer()
}, 300_000)
afterAll(() => cloud.close())

test('what a function may not read is given up under one reason', { timeout: 90_000 }, async () => {
  await cloud.edit('apps/thumbnailer', ({ Role }) => {
    const [policy] = Role?.Properties['Policies'] ?? []
    const { Statement: statements } = policy.PolicyDocument
    policy.PolicyDocument.Statement = statements.filter(({ Action }: { Action: unknown }) => Action !== 's3:GetObject')
  })
  await Promise.all(keys.map((key) => putObject(key, photo)))

  const groups = await within(60_000, async () => {
    const found = (await fanout(DeadLetters, 'dlq', 'list')).groups
    return found[0]?.count === OBJECTS ? found : undefined
  })

  expect(groups).toMatchObject([{ subscriber: 'thumbnailer', kind: 'handler', count: OBJECTS }])
})

test('a dry run tells what a redrive would do, and does nothing', async () => {
  const { stdout } = await cloud.run(['dlq', 'redrive', 'thumbnailer', '--dry-run', '--json'])

  expect(JSON.parse(stdout)).toMatchObject({ wouldSend: OBJECTS, reasons: [{ count: OBJECTS }] })
  expect((await depthOf('thumbnailer')).deadLetters).toBe(OBJECTS)
})

test('after the reason is mended all are redriven, each to one end', { timeout: 90_000 }, async () => {
  await cloud.restore('apps/thumbnailer')

  const { code, stdout } = await cloud.run(['dlq', 'redrive', 'thumbnailer', '--yes', '--json'])
  await settled('thumbnailer')

  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ done: OBJECTS, duplicates: 0, exhausted: 0, failed: [] })
  expect((await cloud.run(['dlq', 'list'])).stdout).toBe('no dead letters\n')
  const ends = (await Promise.all(keys.map((key) => readDeliveries(cloud.stage, key)))).map((records) =>
    records
      .filter(({ subscriber }) => subscriber === 'thumbnailer')
      .map(({ outcome, redrives = 0 }) => `${outcome} ${redrives}`),
  )
  expect(new Set(ends.map(String))).toEqual(new Set(['dead 0,done 1']))
})

test('a replay that is stopped half-way goes on, to one subscriber only', { timeout: 90_000 }, async () => {
  const replay = ['replay', '--subscriber', 'metadata-indexer', '--prefix', 'holiday/', '--yes', '--json']
  const first = cloud.start([...replay, '--rate', '20'])
  const ended = finished(first)
  await within(30_000, async () => ((await replayedKeys('metadata-indexer')).length > 5 ? true : undefined))
  first.kill('SIGINT')
  const stopped = await ended
  const resumed = await cloud.run(replay)
  await settled('metadata-indexer')

  const [before, after] = [Replay.parse(JSON.parse(stopped.stdout)), Replay.parse(JSON.parse(resumed.stdout))]
  expect([stopped.code, resumed.code]).toEqual([130, 0])
  expect(before.sent).toBeLessThan(OBJECTS)
  expect(after).toEqual({ id: before.id, sent: OBJECTS, count: OBJECTS, resumedAt: before.sent, isInterrupted: false })
  expect((await replayedKeys('metadata-indexer')).toSorted()).toEqual(keys.toSorted())
  expect(await replayedKeys('thumbnailer')).toEqual([])
})

test(
  'what S3 could not tell is noticed, found by a comparison and mended, and nothing else',
  { timeout: 90_000 },
  async () => {
    await cloud.edit('infra', (resources) => {
      Object.assign(resources['DailyRule']?.Properties ?? {}, { ScheduleExpression: 'rate(1 minute)' })
      denyPublishing(resources)
    })
    const lost = Array.from({ length: 5 }, (_, index) => `lost/${index}.jpg`)
    for (const key of lost) await putObject(key, photo)
    const noticed = await within(30_000, async () => {
      return cloud.logs.find(
        (line) => line.includes('of which nobody heard') && line.includes(`"count":${lost.length}`),
      )
    })
    await cloud.restore('infra')

    const first = await cloud.run(['reconcile', '--repair', '--json'])
    const second = await cloud.run(['reconcile', '--json'])

    expect(JSON.parse(noticed)).toMatchObject({ keys: lost })
    const repaired = Reconciliation.parse(JSON.parse(first.stdout))
    expect([first.code, second.code]).toEqual([0, 0])
    expect(repaired.subscribers.map(({ differences }) => differences.map(({ key }) => key).toSorted())).toEqual([
      lost,
      lost,
    ])
    expect(repaired.repair).toMatchObject({ sent: 10, mended: 10 })
    expect(Reconciliation.parse(JSON.parse(second.stdout)).differences).toBe(0)
  },
)

test('the story of an object tells all of it in order', { timeout: 60_000 }, async () => {
  await putObject(firstKey, photo.subarray(0, 200))
  await settled('thumbnailer')
  await putObject(firstKey, photo)
  await settled('thumbnailer')
  await cloud.run(['replay', '--subscriber', 'thumbnailer', '--prefix', firstKey, '--yes'])
  await settled('thumbnailer')

  const { story, outputs } = await fanout(Story, 'status', firstKey)

  const told = story
    .filter(({ who }) => who === 'S3' || who === 'thumbnailer')
    .map(({ who, text }) => `${who} ${text.replaceAll(/  (version|by) .*$|\d+ bytes/g, '').trim()}`)
  expect(told).toEqual([
    'S3 uploaded',
    expect.stringMatching(/^thumbnailer gave up .* after 3 attempts$/),
    'thumbnailer sent back from the dead letters: done  1024 512 128  after 1 more attempt',
    'S3 overwritten',
    expect.stringMatching(/^thumbnailer rejected /),
    'S3 overwritten',
    'thumbnailer done  1024 512 128',
    'thumbnailer replayed: done  1024 512 128',
  ])
  expect(outputs.map(({ subscriber, state }) => `${subscriber} ${state}`)).toEqual([
    'metadata-indexer current',
    'thumbnailer current',
  ])
})

test('Ctrl-C in a redrive leaves every message in exactly one queue', { timeout: 60_000 }, async () => {
  await cloud.run(['pause', 'thumbnailer'])
  const thumbnailer = subscriberNamed('thumbnailer')
  const names = Array.from({ length: 40 }, (_, index) => `letter ${index}.jpg`)
  for (const key of names) {
    const MessageBody = buildNotification({ bucket: cloud.stage.uploadsBucket, key })
    await cloud.stage.clients.sqs.send(
      new SendMessageCommand({ QueueUrl: thumbnailer.deadLetterQueueUrl, MessageBody }),
    )
  }

  const redrive = cloud.start(['dlq', 'redrive', 'thumbnailer', '--yes', '--json', '--rate', '10'])
  const ended = finished(redrive)
  await within(30_000, async () => ((await depthOf('thumbnailer')).waiting > 0 ? true : undefined))
  redrive.kill('SIGINT')
  const { code, stdout } = await ended
  const sentBack = await keysIn(thumbnailer.queueUrl)
  const left = await keysIn(thumbnailer.deadLetterQueueUrl)
  await cloud.run(['dlq', 'redrive', 'thumbnailer', '--yes'])
  await cloud.run(['resume', 'thumbnailer'])

  expect(code).toBe(130)
  expect(JSON.parse(stdout)).toMatchObject({ done: sentBack.length, isInterrupted: true })
  expect(left.length).toBeGreaterThan(0)
  expect([...sentBack, ...left].toSorted()).toEqual(names.toSorted())
})

test('a reader who has seen enough ends a command quietly', async () => {
  const main = join(import.meta.dirname, '../../packages/operator/src/main.ts')
  const script = `set -o pipefail; "${process.execPath}" "${main}" status --json --port ${cloud.port} | head -1`

  const { code, stdout, stderr } = await finished(spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] }))

  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '{\n', stderr: '' })
})

test('the runbook’s commands work, and call what it says and no more', { timeout: 180_000 }, async () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')
  await putObject('IMG_2041.jpg', photo)
  await settled('thumbnailer')
  const recorder = await startRecorder(cloud.port)

  const codes = new Map<string, number | null>()
  for (const command of commandsIn(page)) {
    const { code, stderr } = await cloud.run(wordsOf(command), recorder.environment)
    codes.set(stderr === '' ? command : `${command}: ${stderr}`, code)
  }
  await recorder.close()

  // 3: something to look at, which is what they are for
  expect([...codes].filter(([, code]) => code !== 0 && code !== 3)).toEqual([])
  expect(recorder.operations().filter((operation) => !operationsIn(page).has(operation))).toEqual([])
})

const DeadLetters = z.object({
  groups: z.array(z.object({ subscriber: z.string(), kind: z.string(), reason: z.string(), count: z.number() })),
})
const Replay = z.object({
  id: z.string(),
  sent: z.number(),
  count: z.number(),
  resumedAt: z.number(),
  isInterrupted: z.boolean(),
})
const Reconciliation = z.object({
  differences: z.number(),
  subscribers: z.array(z.object({ differences: z.array(z.object({ key: z.string() })) })),
  repair: z.object({ sent: z.number(), mended: z.number() }).nullable(),
})
const Story = z.object({
  story: z.array(z.object({ who: z.string(), text: z.string() })),
  outputs: z.array(z.object({ subscriber: z.string(), state: z.string() })),
})

async function fanout<T>(document: z.ZodType<T>, ...args: string[]): Promise<T> {
  const { stdout, stderr } = await cloud.run([...args, '--json'])
  if (stdout === '') throw new Error(stderr)
  return document.parse(JSON.parse(stdout))
}

async function putObject(Key: string, Body: Buffer) {
  await cloud.stage.clients.s3.send(new PutObjectCommand({ Bucket: cloud.stage.uploadsBucket, Key, Body }))
}

function subscriberNamed(name: string) {
  const found = cloud.stage.subscribers.find((subscriber) => subscriber.name === name)
  if (!found) throw new Error(`no subscriber ${name}`)
  return found
}

/** What the messages of a queue are about, each message once. */
async function keysIn(deadLetterQueueUrl: string): Promise<string[]> {
  const subscribers = [{ ...subscriberNamed('thumbnailer'), deadLetterQueueUrl }]
  return (await peekDeadLetters({ ...cloud.stage, subscribers })).flatMap(({ keys: about }) => about)
}

async function depthOf(name: string) {
  const depth = (await readQueueDepths(cloud.stage)).find((one) => one.name === name)
  if (!depth) throw new Error(`no subscriber ${name}`)
  return depth
}

/**
 * Waits until nothing of a subscriber is in its queue: an event is there before the upload has ended, and a message is gone only
 * after its delivery record is written.
 */
async function settled(name: string) {
  await within(60_000, async () => {
    const { waiting, inFlight, delayed } = await depthOf(name)
    return waiting + inFlight + delayed === 0 ? true : undefined
  })
}

/** Of each replayed delivery. */
async function replayedKeys(name: string): Promise<string[]> {
  const records = (await Promise.all(keys.map((key) => readDeliveries(cloud.stage, key)))).flat()
  return records
    .filter(({ subscriber, replay, redrives }) => subscriber === name && replay && redrives === undefined)
    .map(({ objectKey }) => objectKey)
}

async function within<T>(ms: number, look: () => Promise<T | undefined>): Promise<T> {
  return await vi.waitFor(
    async () => {
      const found = await look()
      if (found === undefined) throw new Error(`not within ${ms} ms`)
      return found
    },
    { timeout: ms, interval: 100 },
  )
}

function commandsIn(page: string): string[] {
  const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block)
  return blocks.flatMap((block) => block.split('\n')).filter((line) => line !== '')
}

/** As a shell would part it. */
function wordsOf(command: string): string[] {
  const [, , ...words] = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  return words
}

/** `SQS ReceiveMessage`, of the page's table. */
function operationsIn(page: string): Set<string> {
  const rows = [...page.matchAll(/^\| ([\w ]+) +\| (`.*?`) +\|/gm)]
  return new Set(
    rows.flatMap(([, service = '', operations = '']) =>
      [...operations.matchAll(/`(\w+)`/g)].map(([, operation]) => `${service.trim().toUpperCase()} ${operation}`),
    ),
  )
}
