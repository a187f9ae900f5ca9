import { ReceiveMessageCommand, SQSClient, type Message } from '@aws-sdk/client-sqs'
import { buildNotification } from '@fanout/event-parsing/testing'
import type { SubscriberRegistration } from '@fanout/schemas'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toDeadLetter } from '../../src/dlq/dead-letter.ts'
import { discardDeadLetters } from '../../src/dlq/discard-dead-letters.ts'
import { groupDeadLetters } from '../../src/dlq/group-dead-letters.ts'
import { openDeadLetterQueue } from '../../src/dlq/open-dead-letter-queue.ts'
import { peekDeadLetters } from '../../src/dlq/peek-dead-letters.ts'
import { redriveDeadLetters, type RedriveOptions } from '../../src/dlq/redrive-dead-letters.ts'
import { readQueueDepths } from '../../src/stage/queue-depths.ts'
import { sendDeadLetter, startOtherQueues, startOurQueues, type Queues } from '../queues.ts'

const denied = { errorName: 'AccessDenied', errorMessage: 'not allowed to s3:GetObject', attempts: 9, redrives: 0 }

describe.each([
  ["the local cloud's SQS", startOurQueues],
  ["another emulator's SQS", startOtherQueues],
])('with %s', (_, start) => {
  let queues: Queues
  beforeAll(async () => {
    queues = await start()
  })
  afterAll(() => queues.close())

  const peek = (...subscribers: SubscriberRegistration[]) =>
    peekDeadLetters({ clients: clientsOf(queues), subscribers })
  // SQS counts approximately: what was given back may for a moment be counted twice
  const expectDepth = (subscriber: SubscriberRegistration, expected: { waiting: number; deadLetters: number }) =>
    expect
      .poll(async () => {
        const [depth] = await readQueueDepths({ clients: clientsOf(queues), subscribers: [subscriber] })
        return { waiting: depth?.waiting, deadLetters: depth?.deadLetters }
      })
      .toEqual(expected)
  const redrive = (subscriber: SubscriberRegistration, options: Partial<RedriveOptions> = {}) =>
    redriveDeadLetters(queues.sqs, subscriber, { rate: 10_000, maxRedrives: 3, ...options })
  const receive = async ({ queueUrl }: SubscriberRegistration): Promise<Message[]> => {
    const { Messages = [] } = await queues.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    )
    return Messages
  }

  test('a look sees every dead letter once and hides none afterwards', async () => {
    const subscriber = queues.newSubscriber()
    for (let index = 0; index < 25; index++) {
      await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: `${index}.jpg` }), denied)
    }

    const first = await peek(subscriber)
    const second = await peek(subscriber)

    expect(new Set(first.flatMap(({ keys }) => keys)).size).toBe(25)
    expect(second).toHaveLength(25)
    await expectDepth(subscriber, { waiting: 0, deadLetters: 25 })
  })

  test('a letter of the function says why, what SNS could not deliver says so, and any other is nobody’s', async () => {
    const subscriber = queues.newSubscriber()
    await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: 'a b.jpg' }), { ...denied, redrives: 2 })
    const undelivered = { RequestID: '1', ErrorCode: 'AccessDenied', ErrorMessage: 'the queue refused' }
    await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: 'b.jpg' }), undelivered)
    await sendDeadLetter(queues.sqs, subscriber, 'no JSON')

    const letters = await peek(subscriber)

    const seen = letters.map(({ kind, keys, errorName, reason, attempts, redrives }) => {
      return { kind, keys, errorName, reason, attempts, redrives }
    })
    expect(seen).toEqual(
      expect.arrayContaining([
        {
          kind: 'handler',
          keys: ['a b.jpg'],
          errorName: 'AccessDenied',
          reason: denied.errorMessage,
          attempts: 9,
          redrives: 2,
        },
        {
          kind: 'sns',
          keys: ['b.jpg'],
          errorName: 'AccessDenied',
          reason: 'the queue refused',
          attempts: 0,
          redrives: 0,
        },
        expect.objectContaining({ kind: 'unknown', keys: [] }),
      ]),
    )
  })

  test('reasons that differ in the key alone are one group, and a letter that is there twice counts once', async () => {
    const subscriber = queues.newSubscriber()
    for (const key of ['a b.jpg', 'c.jpg', 'c.jpg']) {
      const errorMessage = `cannot read ${key} (request ${key === 'c.jpg' ? 'C3D13FE58DE4C810' : 'D4D13FE58DE4C811'})`
      await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key }), { ...denied, errorMessage })
    }

    const groups = groupDeadLetters(await peek(subscriber))

    expect(groups).toEqual([expect.objectContaining({ reason: 'cannot read KEY (request ID)', count: 2, messages: 3 })])
  })

  test('all go back to the source queue, one redrive older and without the old reason', async () => {
    const subscriber = queues.newSubscriber()
    const body = buildNotification({ key: 'a.jpg' })
    await sendDeadLetter(queues.sqs, subscriber, body, { ...denied, redrives: 1 })

    const result = await redrive(subscriber)

    expect(result).toMatchObject({ done: 1, others: 0, exhausted: 0, failed: [], isInterrupted: false })
    await expectDepth(subscriber, { waiting: 1, deadLetters: 0 })
    const [message] = await receive(subscriber)
    expect(message?.Body).toBe(body)
    expect(
      Object.entries(message?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]),
    ).toEqual([['redrives', '2']])
  })

  test('only those of a prefix go back, and the others can be seen at once', async () => {
    const subscriber = queues.newSubscriber()
    for (const key of ['in/1.jpg', 'out/1.jpg', 'in/2.jpg']) {
      await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key }), denied)
    }

    const result = await redrive(subscriber, { prefix: 'in/' })

    expect(result).toMatchObject({ done: 2, others: 1 })
    expect((await peek(subscriber)).map(({ keys }) => keys)).toEqual([['out/1.jpg']])
  })

  test('one goes back by its id, and those of a reason by a part of it', async () => {
    const subscriber = queues.newSubscriber()
    await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: '1.jpg' }), denied)
    await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: '2.jpg' }), denied)
    await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: '3.jpg' }), {
      ...denied,
      errorName: 'Timeout',
    })
    const letters = await peek(subscriber)
    const first = letters.find(({ keys }) => keys.includes('1.jpg'))

    expect(await redrive(subscriber, { ids: [first?.messageId ?? ''] })).toMatchObject({ done: 1, others: 2 })
    expect(await redrive(subscriber, { reason: 'timeout' })).toMatchObject({ done: 1, others: 1 })

    expect((await peek(subscriber)).map(({ keys }) => keys)).toEqual([['2.jpg']])
  })

  test('what was sent back too often stays', async () => {
    const subscriber = queues.newSubscriber()
    await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: 'a.jpg' }), { ...denied, redrives: 3 })

    const result = await redrive(subscriber)

    expect(result).toMatchObject({ done: 0, exhausted: 1 })
    await expectDepth(subscriber, { waiting: 0, deadLetters: 1 })
  })

  test('a letter that is there twice is sent once', async () => {
    const subscriber = queues.newSubscriber()
    const body = buildNotification({ key: 'a.jpg' })
    await sendDeadLetter(queues.sqs, subscriber, body, denied)
    await sendDeadLetter(queues.sqs, subscriber, body, denied)

    const result = await redrive(subscriber)

    expect(result).toMatchObject({ done: 1, duplicates: 1 })
    await expectDepth(subscriber, { waiting: 1, deadLetters: 0 })
  })

  test('what SQS does not delete after it was sent is told, and not counted as done', async () => {
    const subscriber = queues.newSubscriber()
    await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: 'a.jpg' }), denied)

    const result = await redriveDeadLetters(thatRefuses('DeleteMessageBatchCommand', queues.sqs), subscriber, {
      rate: 100,
      maxRedrives: 3,
    })

    expect(result).toMatchObject({ done: 0, duplicates: 0, failed: [{ isSent: true }] })
    await expectDepth(subscriber, { waiting: 1, deadLetters: 1 })
  })

  test('what SQS does not take back stays a dead letter, and is told', async () => {
    const subscriber = queues.newSubscriber()
    await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: 'a.jpg' }), denied)

    const result = await redriveDeadLetters(thatRefuses('SendMessageBatchCommand', queues.sqs), subscriber, {
      rate: 100,
      maxRedrives: 3,
    })

    expect(result).toMatchObject({ done: 0, failed: [{ error: 'InternalError', isSent: false }] })
    await expectDepth(subscriber, { waiting: 0, deadLetters: 1 })
  })

  test('letters that come again early do not hide those that nobody has seen', async () => {
    const subscriber = queues.newSubscriber()
    for (let index = 0; index < 50; index++) {
      await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: `${index}.jpg` }), denied)
    }
    const queue = await openDeadLetterQueue(queues.sqs, subscriber, 60)
    const seen: string[] = []
    for (let index = 0; index < 4; index++) seen.push(...(await queue.take()).flatMap(({ keys }) => keys))

    await queue.close()
    seen.push(...(await queue.take()).flatMap(({ keys }) => keys))

    expect(seen.length).toBe(50)
    expect(new Set(seen).size).toBe(50)
    await queue.close()
  })

  test('what fails again during the redrive is not sent round in circles', async () => {
    const subscriber = queues.newSubscriber()
    const body = buildNotification({ key: 'a.jpg' })
    await sendDeadLetter(queues.sqs, subscriber, body, denied)
    for (let index = 0; index < 20; index++) {
      await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: `${index}.jpg` }), denied)
    }
    let isBack = false

    const result = await redrive(subscriber, {
      onProgress: () => {
        if (!isBack) void sendDeadLetter(queues.sqs, subscriber, body, { ...denied, redrives: 1 })
        isBack = true
      },
      rate: 40,
    })

    expect(result).toMatchObject({ done: 21, cameBack: 1 })
    await expectDepth(subscriber, { waiting: 21, deadLetters: 1 })
  })

  test('stopped half-way, every message is in exactly one queue, and the next run goes on', async () => {
    const subscriber = queues.newSubscriber()
    for (let index = 0; index < 60; index++) {
      await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: `${index}.jpg` }), denied)
    }
    const stop = new AbortController()

    const result = await redrive(subscriber, { signal: stop.signal, rate: 100, onProgress: () => stop.abort() })
    expect(result.isInterrupted).toBe(true)
    expect(result.done).toBeGreaterThan(0)
    await expectDepth(subscriber, { waiting: result.done, deadLetters: 60 - result.done })

    await redrive(subscriber)

    await expectDepth(subscriber, { waiting: 60, deadLetters: 0 })
  })

  test('a redrive keeps to its rate', async () => {
    const subscriber = queues.newSubscriber()
    for (let index = 0; index < 20; index++) {
      await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: `${index}.jpg` }), denied)
    }
    const start = performance.now()

    await redrive(subscriber, { rate: 20 })

    expect(performance.now() - start).toBeGreaterThan(450)
  })

  test('what is discarded is in the file first, whole', async () => {
    const subscriber = queues.newSubscriber()
    const body = buildNotification({ key: 'in/a.jpg' })
    await sendDeadLetter(queues.sqs, subscriber, body, denied)
    await sendDeadLetter(queues.sqs, subscriber, buildNotification({ key: 'out/a.jpg' }), denied)
    const exportFile = join(await mkdtemp(join(tmpdir(), 'fanout-discard-')), 'letters.ndjson')

    const result = await discardDeadLetters(queues.sqs, subscriber, { prefix: 'in/', exportFile })

    expect(result).toMatchObject({ done: 1, others: 1, failed: [] })
    expect((await peek(subscriber)).map(({ keys }) => keys)).toEqual([['out/a.jpg']])
    const lines = (await readFile(exportFile, 'utf8')).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ body, reason: denied.errorMessage, keys: ['in/a.jpg'] }),
    ])
  })
})

test('what SQS has moved itself is told from what the function gave up, after a redrive, too', () => {
  const message = {
    Body: buildNotification({ key: 'a.jpg' }),
    Attributes: { DeadLetterQueueSourceArn: 'arn:aws:sqs:eu-west-1:111111111111:queue', ApproximateReceiveCount: '17' },
    MessageAttributes: { redrives: { DataType: 'Number', StringValue: '1' } },
  }

  const letter = toDeadLetter('thumbnailer', message, 14)

  expect(letter).toMatchObject({ kind: 'sqs', keys: ['a.jpg'], errorName: undefined, attempts: 14, redrives: 1 })
  expect(letter.reason).toBe('moved by SQS: the function died or was throttled')
})

const clientsOf = ({ sqs }: Queues) => ({ sqs })

/** The same SQS, which refuses every entry of this command. */
function thatRefuses(refused: string, sqs: SQSClient): SQSClient {
  const { endpoint, region, credentials } = sqs.config
  const refusing = new SQSClient({ ...(endpoint ? { endpoint } : {}), region, credentials })
  refusing.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== refused) return next(args)
        const Entries = 'Entries' in args.input ? (args.input.Entries ?? []) : []
        const Failed = Entries.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError' }))
        return { response: {}, output: { $metadata: {}, Failed } }
      },
    { step: 'initialize' },
  )
  return refusing
}
