import { PutObjectCommand } from '@aws-sdk/client-s3'
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { parseMessage } from '@fanout/event-parsing'
import type { ObjectEvent } from '@fanout/schemas'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { beginReplay, type ReplayRequest } from '../../src/replay/begin-replay.ts'
import { countObjects, replayObjects, type ReplayOptions } from '../../src/replay/replay-objects.ts'
import type { Stage } from '../../src/stage/stage.ts'
import { startStage } from '../start-stage.ts'

const keys = [
  'a b+c.jpg',
  'odd/100%.jpg',
  'odd/é&ü😀.jpg',
  ...Array.from({ length: 60 }, (_, index) => `n/${index}.jpg`),
]

let stage: Stage
let close: () => Promise<void>
let folder: string

beforeAll(async () => {
  ;({ stage, close } = await startStage())
  for (const key of keys) await putObject(key)
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fanout-replay-'))
})
afterAll(() => close())

test('objects reach the one subscriber, as events that were observed, and nobody else', async () => {
  const result = await replay({ prefix: '' })

  const events = await receiveAll('first')
  expect(result).toMatchObject({ sent: keys.length, count: keys.length, isInterrupted: false })
  expect(events.map(({ key }) => key).toSorted()).toEqual(keys.toSorted())
  expect(
    events.every(({ kind, source, bucket }) => kind === 'observed' && source === 'replay' && bucket === 'uploads'),
  ).toBe(true)
  expect(await receiveAll('second')).toEqual([])
})

test('only what is under the prefix is replayed', async () => {
  await replay({ prefix: 'odd/' })

  expect((await receiveAll('first')).map(({ key }) => key).toSorted()).toEqual(['odd/100%.jpg', 'odd/é&ü😀.jpg'])
})

test('a replay that is stopped goes on where it was, with the same events', async () => {
  const stop = new AbortController()

  const first = await replay({ prefix: 'n/' }, { rate: 20, signal: stop.signal, onProgress: () => stop.abort() })
  const between = await receiveAll('first')
  const second = await replay({ prefix: 'n/' })
  const after = await receiveAll('first')

  expect(first.isInterrupted).toBe(true)
  expect(between).toHaveLength(first.sent)
  expect(second).toMatchObject({ id: first.id, resumedAt: first.sent, sent: 60, isInterrupted: false })
  expect([...between, ...after].map(({ key }) => key).toSorted()).toEqual(
    keys.filter((key) => key.startsWith('n/')).toSorted(),
  )
  expect(new Set([...between, ...after].map(({ eventTime }) => eventTime)).size).toBe(1)
})

// A range like `2h` would else mean the two hours before the first try
test('a replay of which nothing was sent is begun anew', async () => {
  const first = await replay({ prefix: 'odd/' }, { signal: AbortSignal.abort() })
  const second = await replay({ prefix: 'odd/' })

  expect(first).toMatchObject({ sent: 0, isInterrupted: true })
  expect(second.id).not.toBe(first.id)
  expect(await receiveAll('first')).toHaveLength(2)
})

test('a replay that is finished is begun anew', async () => {
  const first = await replay({ prefix: 'odd/' })
  const second = await replay({ prefix: 'odd/' })

  expect(second.id).not.toBe(first.id)
  expect(await receiveAll('first')).toHaveLength(4)
})

test('what is uploaded while a replay runs is not part of it', async () => {
  const checkpoint = await beginReplay(stage, folder, {
    subscriber: 'first',
    prefix: 'late/',
    until: '2026-01-01T00:00:00.000Z',
  })
  await putObject('late/1.jpg')

  expect(await countObjects(stage, checkpoint.source)).toBe(0)
})

test('a time range takes what was modified in it', async () => {
  const since = new Date(Date.now() - 3_600_000).toISOString()

  expect(await count({ since, prefix: 'n/' })).toBe(60)
  expect(await count({ since: new Date(Date.now() + 60_000).toISOString(), prefix: 'n/' })).toBe(0)
})

test('a list names keys line by line, odd ones as JSON', async () => {
  const list = join(folder, 'keys.txt')
  await writeFile(list, 'a b+c.jpg\n\n"line\\nbreak.jpg"\n')

  await replay({ list })

  expect((await receiveAll('first')).map(({ key }) => key).toSorted()).toEqual(['a b+c.jpg', 'line\nbreak.jpg'])
})

test('a list with a broken line is refused by its number, before anything is sent', async () => {
  const list = join(folder, 'keys.txt')
  await writeFile(list, 'a.jpg\n"b.jpg\n')

  await expect(count({ list })).rejects.toThrow('line 2')
})

async function replay(request: Omit<ReplayRequest, 'subscriber'>, options: Partial<ReplayOptions> = {}) {
  const begun = await beginReplay(stage, folder, { subscriber: 'first', ...request })
  const checkpoint = begun.sent > 0 ? begun : { ...begun, count: await countObjects(stage, begun.source) }
  const [first] = stage.subscribers
  if (!first) throw new Error('the stage has no subscriber')
  return await replayObjects(stage, first, checkpoint, { folder, rate: 10_000, ...options })
}

async function count(request: Omit<ReplayRequest, 'subscriber'>): Promise<number> {
  const { source } = await beginReplay(stage, folder, { subscriber: 'first', ...request })
  return await countObjects(stage, source)
}

async function putObject(Key: string) {
  await stage.clients.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body: Key }))
}

async function receiveAll(name: string): Promise<ObjectEvent[]> {
  const QueueUrl = stage.subscribers.find((subscriber) => subscriber.name === name)?.queueUrl
  const events: ObjectEvent[] = []
  for (;;) {
    const { Messages = [] } = await stage.clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    )
    if (Messages.length === 0) return events
    for (const { Body = '', ReceiptHandle } of Messages) {
      events.push(...parseMessage(Body).events)
      await stage.clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    }
  }
}
