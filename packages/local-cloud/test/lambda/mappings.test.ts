import { onTestFinished, expect, test, vi } from 'vitest'
import { type MappingConfig, startMapping } from '../../src/lambda/mappings.ts'
import { createSqs } from '../../src/sqs/sqs.ts'
import { createSite } from '../site.ts'

interface SqsEvent {
  Records: { messageId: string; receiptHandle: string; body: string; attributes: Record<string, string> }[]
}

/** A mapping of a queue to `answer`; thirty seconds of visibility pass in a twentieth of one. */
function feed(
  answer: (event: SqsEvent) => unknown,
  changes: Partial<MappingConfig> = {},
  timeScale = 600,
  may: (action: string) => boolean = () => true,
) {
  const site = createSite({ timeScale })
  const sqs = createSqs(site)
  const queue = sqs.putQueue('jobs', {})
  const batches: SqsEvent['Records'][] = []
  const config: MappingConfig = {
    UUID: 'mapping',
    FunctionName: 'greeter',
    EventSourceArn: queue.arn,
    BatchSize: 10,
    MaximumBatchingWindowInSeconds: 0,
    ScalingConfig: { MaximumConcurrency: 2 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    Enabled: true,
    ...changes,
  }
  const invoke = async (text: string) => {
    const event: SqsEvent = JSON.parse(text)
    batches.push(event.Records)
    return JSON.stringify((await answer(event)) ?? null)
  }
  const stop = startMapping(config, queue, invoke, may, site)
  onTestFinished(stop)
  const send = (...bodies: string[]) => bodies.forEach((body) => queue.send({ MessageBody: body }))
  const bodies = () => batches.map((batch) => batch.map(({ body }) => body))
  const counts = () => {
    const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: inFlight } = queue.describe()
    return { visible: Number(visible), inFlight: Number(inFlight) }
  }
  return { site, queue, send, batches, bodies, counts, stop }
}

test('gives records as Lambda does', async () => {
  const { queue, batches } = feed(() => {})

  queue.send({
    MessageBody: 'hello',
    MessageAttributes: {
      Note: { DataType: 'String', StringValue: 'x' },
      Raw: { DataType: 'Binary', BinaryValue: 'AQI=' },
    },
  })

  await vi.waitFor(() => expect(batches).toHaveLength(1))
  expect(batches[0]).toEqual([
    {
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: 'hello',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {
        Note: { stringValue: 'x', stringListValues: [], binaryListValues: [], dataType: 'String' },
        Raw: { binaryValue: 'AQI=', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
      },
      md5OfBody: '5d41402abc4b2a76b9719d911017c592',
      md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:jobs',
      awsRegion: 'eu-west-1',
    },
  ])
})

test('deletes what the function has worked on', async () => {
  const { send, bodies, counts } = feed(() => {})

  send('one', 'two')

  await vi.waitFor(() => expect(counts()).toEqual({ visible: 0, inFlight: 0 }))
  expect(bodies()).toEqual([['one', 'two']])
})

test('leaves failed items alone: only they come again, when their visibility ends', async () => {
  const { send, bodies, batches, counts } = feed(({ Records: [first] }) =>
    first?.body === 'bad' && first.attributes.ApproximateReceiveCount === '1'
      ? { batchItemFailures: [{ itemIdentifier: first.messageId }] }
      : { batchItemFailures: [] },
  )

  send('bad', 'good')

  await vi.waitFor(() => expect(bodies()).toEqual([['bad', 'good'], ['bad']]))
  await vi.waitFor(() => expect(counts()).toEqual({ visible: 0, inFlight: 0 }))
  expect(batches[1]?.[0]?.attributes.ApproximateReceiveCount).toBe('2')
})

test.each([
  ['null', null],
  ['an empty answer', {}],
  ['an empty list', { batchItemFailures: [] }],
  ['a null list', { batchItemFailures: null }],
])('takes %s for complete success', async (_, answer) => {
  const { send, counts, bodies } = feed(() => answer)

  send('one', 'two')

  await vi.waitFor(() => expect(bodies()).toHaveLength(1))
  await vi.waitFor(() => expect(counts()).toEqual({ visible: 0, inFlight: 0 }))
})

test.each([
  ['an unknown item', { batchItemFailures: [{ itemIdentifier: 'nobody' }] }],
  ['an empty item', { batchItemFailures: [{ itemIdentifier: '' }] }],
  ['a null item', { batchItemFailures: [{ itemIdentifier: null }] }],
  ['a wrong key', { batchItemFailures: [{ messageId: 'x' }] }],
  ['a list of something else', { batchItemFailures: [null] }],
  ['something that is no list', { batchItemFailures: 'all' }],
  ['an answer that is no object', 'ok'],
])('takes %s for failure of the whole batch', async (_, answer) => {
  const { send, site, counts } = feed(() => answer, {}, 1)

  send('one', 'two')

  await vi.waitFor(() =>
    expect(site.warnings).toEqual([expect.stringMatching(/^greeter: .*; 2 messages will come again$/)]),
  )
  expect(counts()).toEqual({ visible: 0, inFlight: 2 })
})

test('takes an error of the function for failure of the whole batch', async () => {
  const { send, site, counts } = feed(() => Promise.reject(new Error('no luck')), {}, 1)

  send('one')

  await vi.waitFor(() => expect(site.warnings).toEqual(['greeter: no luck; 1 message will come again']))
  expect(counts()).toEqual({ visible: 0, inFlight: 1 })
})

test('does not look at the answer of a function that does not report items', async () => {
  const { send, bodies, counts } = feed(() => 'ok', { FunctionResponseTypes: [] })

  send('one')

  await vi.waitFor(() => expect(bodies()).toHaveLength(1))
  await vi.waitFor(() => expect(counts()).toEqual({ visible: 0, inFlight: 0 }))
})

test('keeps the visibility that the function has given a failed item', async () => {
  const { queue, send, bodies } = feed(
    ({ Records: [first] }) => {
      if (first?.attributes.ApproximateReceiveCount !== '1') return undefined
      queue.changeVisibility(first.receiptHandle, 0)
      return { batchItemFailures: [{ itemIdentifier: first.messageId }] }
    },
    {},
    1,
  )

  send('now')

  await vi.waitFor(() => expect(bodies()).toEqual([['now'], ['now']]))
})

test('receives no more while all invocations it may have at the same time are running', async () => {
  const gate = Promise.withResolvers<void>()
  const { send, bodies, counts } = feed(() => gate.promise, { BatchSize: 1 }, 1)

  send('one', 'two', 'three', 'four', 'five')

  await vi.waitFor(() => expect(bodies()).toEqual([['one'], ['two']]))
  expect(counts()).toEqual({ visible: 3, inFlight: 2 })
  gate.resolve()
  await vi.waitFor(() => expect(counts()).toEqual({ visible: 0, inFlight: 0 }))
  expect(bodies()).toHaveLength(5)
})

test('never gives more than the batch size, nor more than 6 MB', async () => {
  const { send, bodies } = feed(() => {}, { BatchSize: 4 }, 1)
  const large = 'x'.repeat(1_000_000)

  send(...Array.from({ length: 6 }, (_, i) => String(i)))
  await vi.waitFor(() => expect(bodies().flat()).toHaveLength(6))
  const { send: sendLarge, batches } = feed(() => {}, {}, 1)
  sendLarge(...Array.from({ length: 8 }, () => large))

  await vi.waitFor(() => expect(batches.flat()).toHaveLength(8))
  expect(bodies().map(({ length }) => length)).toEqual([4, 2])
  expect(batches.map(({ length }) => length)).toEqual([6, 2])
})

test('waits for the batching window, but not when the batch is full', async () => {
  const { send, bodies } = feed(() => {}, { BatchSize: 20, MaximumBatchingWindowInSeconds: 20 }, 100)

  send(...Array.from({ length: 3 }, (_, i) => `early ${i}`))
  await vi.waitFor(() => expect(bodies()).toEqual([]))
  setImmediate(() => send('late'))
  await vi.waitFor(() => expect(bodies()).toEqual([['early 0', 'early 1', 'early 2', 'late']]))
  const full = feed(() => {}, { BatchSize: 2, MaximumBatchingWindowInSeconds: 60 }, 1)
  full.send('one', 'two')

  await vi.waitFor(() => expect(full.bodies()).toEqual([['one', 'two']]))
})

test('receives nothing any more when it is stopped', async () => {
  const { send, stop, bodies, counts } = feed(() => {}, {}, 1)
  send('before')
  await vi.waitFor(() => expect(bodies()).toEqual([['before']]))

  stop()
  send('after')

  await new Promise(setImmediate)
  expect(counts()).toEqual({ visible: 1, inFlight: 0 })
})
