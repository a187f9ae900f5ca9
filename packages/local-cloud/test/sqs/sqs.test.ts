import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs'
import { Sha256 } from '@aws-crypto/sha256-js'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSqs } from '../../src/sqs/sqs.ts'
import { createSite, serve } from '../site.ts'

// A second of AWS passes in 10 ms here
const site = createSite({ timeScale: 100 })
const sqs = createSqs(site)
const eleven = Array.from('abcdefghijk')
let server: Awaited<ReturnType<typeof serve>>
let client: SQSClient

beforeAll(async () => {
  server = await serve(site, { sqs: sqs.operations })
  client = new SQSClient(server.client)
})

afterAll(() => server.close())

test('gives a message back with its attributes, counts, times and digests until it is deleted', async () => {
  const QueueUrl = queue('whole')
  const attributes = {
    text: { DataType: 'String', StringValue: 'é' },
    number: { DataType: 'Number', StringValue: '1' },
    bytes: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
  }

  const sent = await client.send(
    new SendMessageCommand({ QueueUrl, MessageBody: 'héllo', MessageAttributes: attributes }),
  )
  const [message] = await receive(QueueUrl, { MessageAttributeNames: ['All'] })
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message!.ReceiptHandle }))

  expect(message).toMatchObject({ MessageId: sent.MessageId, Body: 'héllo', MD5OfBody: sent.MD5OfMessageBody })
  expect(message!.MessageAttributes!['bytes']!.BinaryValue).toEqual(new Uint8Array([0, 255]))
  expect(message!.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes)
  expect(message!.Attributes).toMatchObject({ ApproximateReceiveCount: '1' })
  expect(Math.abs(Date.now() - Number(message!.Attributes!['SentTimestamp']))).toBeLessThan(60_000)
  expect(Number(message!.Attributes!['ApproximateFirstReceiveTimestamp'])).toBeGreaterThan(1e12)
  expect(await receive(QueueUrl, { WaitTimeSeconds: 1 })).toEqual([])
})

test('refuses the query protocol of older clients in words that they can read', async () => {
  const { region, credentials } = server.client
  const signer = new SignatureV4({ service: 'sqs', region, credentials, sha256: Sha256 })
  const body = 'Action=ListQueues&Version=2012-11-05'
  const headers = { host: new URL(server.endpoint).host, 'content-type': 'application/x-www-form-urlencoded' }
  const signed = await signer.sign(new HttpRequest({ method: 'POST', path: '/', headers, body }))

  const response = await fetch(server.endpoint, { method: 'POST', headers: signed.headers, body })

  expect(response.status).toBe(501)
  expect(await response.text()).toMatch(/<ErrorResponse><Error>.*<Code>NotImplemented<.*query protocol of sqs/)
})

test('computes the digest of attributes as AWS documents it', async () => {
  const QueueUrl = queue('digest')

  const sent = await client.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: 'x',
      MessageAttributes: { 'my-attribute': { DataType: 'String', StringValue: 'value' } },
    }),
  )

  // Computed with Python: length and text of name and type, 1, length and text of the value
  expect(sent.MD5OfMessageAttributes).toBe('6960269999a3d0beb7faa12d71eb4cd3')
})

test('returns only the attributes that were asked for', async () => {
  const QueueUrl = queue('asked')
  const MessageAttributes = { 'a.b': text('1'), 'a.c': text('2'), other: text('3') }
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageAttributes }))

  const [message] = await receive(QueueUrl, {
    MessageSystemAttributeNames: ['SentTimestamp'],
    MessageAttributeNames: ['a.*'],
  })

  expect(Object.keys(message!.Attributes!)).toEqual(['SentTimestamp'])
  expect(Object.keys(message!.MessageAttributes!)).toEqual(['a.b', 'a.c'])
})

test('hides a received message until its visibility timeout ends, then gives it again under a new handle', async () => {
  const QueueUrl = queue('visibility', { VisibilityTimeout: 5 })
  await send(QueueUrl, 'x')

  const [first] = await receive(QueueUrl)
  const hidden = await receive(QueueUrl)
  const [again] = await receive(QueueUrl, { WaitTimeSeconds: 20, VisibilityTimeout: 3600 })

  expect(hidden).toEqual([])
  expect(again!.Attributes).toMatchObject({
    ApproximateReceiveCount: '2',
    ApproximateFirstReceiveTimestamp: first!.Attributes!['ApproximateFirstReceiveTimestamp'],
  })
  // The first handle is of an older receive: deleting does nothing, changing is refused
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first!.ReceiptHandle }))
  await expect(changeVisibility(QueueUrl, first!.ReceiptHandle, 0)).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  })
  await changeVisibility(QueueUrl, again!.ReceiptHandle, 0)
  expect(await receive(QueueUrl)).toHaveLength(1)
})

test('visibility 0 gives a message back at once, also to a receiver that waits', async () => {
  const QueueUrl = queue('at-once', { VisibilityTimeout: 3600 })
  await send(QueueUrl, 'x')
  const [message] = await receive(QueueUrl)

  const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 })
  await changeVisibility(QueueUrl, message!.ReceiptHandle, 0)

  expect(await waiting).toHaveLength(1)
})

test('refuses a visibility beyond twelve hours from the receive', async () => {
  const QueueUrl = queue('twelve-hours')
  await send(QueueUrl, 'x')
  const [message] = await receive(QueueUrl)

  await expect(changeVisibility(QueueUrl, message!.ReceiptHandle, 43_201)).rejects.toThrow(
    'Must be between 0 and 43200',
  )
  await expect(changeVisibility(QueueUrl, message!.ReceiptHandle, 43_200)).rejects.toThrow('Total VisibilityTimeout')
  await changeVisibility(QueueUrl, message!.ReceiptHandle, 43_000)
})

test('a deleted message and a foreign or invented handle are told apart', async () => {
  const QueueUrl = queue('handles')
  await send(QueueUrl, 'x')
  const [message] = await receive(QueueUrl)
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message!.ReceiptHandle }))

  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message!.ReceiptHandle }))
  await expect(changeVisibility(QueueUrl, message!.ReceiptHandle, 1)).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  })
  await expect(changeVisibility(QueueUrl, 'invented', 1)).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' })
  await expect(changeVisibility(queue('other'), message!.ReceiptHandle, 1)).rejects.toMatchObject({
    name: 'ReceiptHandleIsInvalid',
  })
})

test('moves a message to the dead letter queue at the receive after the last that is allowed, and says where it came from', async () => {
  const deadLetters = queue('dead-letters')
  const QueueUrl = queue('source', {
    VisibilityTimeout: 0,
    RedrivePolicy: { deadLetterTargetArn: sqs.queue(deadLetters).arn, maxReceiveCount: 2 },
  })
  const { MessageId } = await send(QueueUrl, 'poison')

  const receives = [await receive(QueueUrl), await receive(QueueUrl)]
  const before = await attributes(deadLetters)
  const third = await receive(QueueUrl)
  const [dead] = await receive(deadLetters)

  expect(receives.map((messages) => messages.length)).toEqual([1, 1])
  expect(before['ApproximateNumberOfMessages']).toBe('0')
  expect(third).toEqual([])
  expect(dead).toMatchObject({
    MessageId,
    Body: 'poison',
    Attributes: {
      DeadLetterQueueSourceArn: sqs.queue(QueueUrl).arn,
      ApproximateReceiveCount: '3',
      SentTimestamp: receives[0]![0]!.Attributes!['SentTimestamp'],
    },
  })
  expect(site.warnings.at(-1)).toMatch(/:source: message .* moved to .*:dead-letters after 2 receives$/)
  const sources = await client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: deadLetters }))
  expect(sources.queueUrls).toEqual([QueueUrl])
})

test('delays a message by its own delay or that of its queue', async () => {
  const QueueUrl = queue('delay', { DelaySeconds: 2 })
  await send(QueueUrl, 'by the queue')
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'at once', DelaySeconds: 0 }))

  const [first] = await receive(QueueUrl)
  const delayed = (await attributes(QueueUrl))['ApproximateNumberOfMessagesDelayed']
  const [second] = await receive(QueueUrl, { WaitTimeSeconds: 20 })

  expect([first!.Body, delayed, second!.Body]).toEqual(['at once', '1', 'by the queue'])
})

test('drops a message whose retention has passed and says so', async () => {
  const quick = createSite({ timeScale: 1_000_000 })
  const own = createSqs(quick).putQueue('short', { MessageRetentionPeriod: 60 })
  own.send({ MessageBody: 'x' })

  await expect.poll(() => own.describe()['ApproximateNumberOfMessages']).toBe('0')
  expect(await own.receive({ max: 1 })).toEqual([])
  expect(quick.warnings.at(-1)).toMatch(/:short: message .* dropped after 60 s$/)
})

test('a long poll answers as soon as a message is sent, with the whole batch', async () => {
  const QueueUrl = queue('long-poll')
  const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 })

  await expect.poll(() => attributes(QueueUrl)).toBeTruthy()
  await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [entry('a'), entry('b'), entry('c')] }))

  expect((await waiting).map(({ Body }) => Body)).toEqual(['a', 'b', 'c'])
})

test('a receiver that went away takes no message with it', async () => {
  const QueueUrl = queue('gone', { VisibilityTimeout: 3600 })
  const gone = new AbortController()
  const abandoned = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
    abortSignal: gone.signal,
  })
  await attributes(QueueUrl)
  gone.abort()
  await expect(abandoned).rejects.toThrow('aborted')

  // Later than the server can see that the connection is gone
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', DelaySeconds: 5 }))

  expect(await receive(QueueUrl, { WaitTimeSeconds: 20 })).toHaveLength(1)
})

test('a batch tells which entries succeeded and which failed', async () => {
  const QueueUrl = queue('batch')
  await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [entry('a'), entry('b')] }))
  const messages = await receive(QueueUrl)
  const handles = messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }))

  const changed = await client.send(
    new ChangeMessageVisibilityBatchCommand({
      QueueUrl,
      Entries: [...handles, { Id: 'wrong', ReceiptHandle: 'wrong' }].map((one) => ({ ...one, VisibilityTimeout: 60 })),
    }),
  )
  const removed = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }))

  expect(changed.Successful).toHaveLength(2)
  expect(changed.Failed).toMatchObject([{ Id: 'wrong', SenderFault: true, Code: 'ReceiptHandleIsInvalid' }])
  expect(removed.Successful).toHaveLength(2)
})

test('refuses batches as AWS does', async () => {
  const QueueUrl = queue('bad-batches')
  const sendBatch = (Entries: { Id: string; MessageBody: string }[]) =>
    client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
  const large = 'x'.repeat(600_000)

  await expect(sendBatch([])).rejects.toMatchObject({ name: 'EmptyBatchRequest' })
  await expect(sendBatch([entry('a'), entry('a')])).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinct' })
  await expect(sendBatch([entry('not valid!')])).rejects.toMatchObject({ name: 'InvalidBatchEntryId' })
  await expect(sendBatch(eleven.map(entry))).rejects.toMatchObject({ name: 'TooManyEntriesInBatchRequest' })
  await expect(
    sendBatch([
      { Id: 'a', MessageBody: large },
      { Id: 'b', MessageBody: large },
    ]),
  ).rejects.toMatchObject({ name: 'BatchRequestTooLong' })
})

test('takes a message of 1 MiB and refuses one byte more, empty ones, control characters and an eleventh attribute', async () => {
  const QueueUrl = queue('limits')
  const attributesOfEleven = Object.fromEntries(eleven.map((name) => [name, text('1')]))
  const sendBody = (MessageBody: string, MessageAttributes = {}) =>
    client.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }))

  await sendBody('x'.repeat(1_048_576))
  await expect(sendBody('x'.repeat(1_048_577))).rejects.toThrow('must be shorter than 1048576 bytes')
  await expect(sendBody('')).rejects.toMatchObject({ name: 'MissingParameter' })
  await expect(sendBody('\u0000')).rejects.toMatchObject({ name: 'InvalidMessageContents' })
  await expect(sendBody('x', attributesOfEleven)).rejects.toThrow('Number of message attributes [11]')
})

test('finds queues by name and tells their attributes', async () => {
  const QueueUrl = queue('found-1', { MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true })
  await send(QueueUrl, 'x')
  await receive(QueueUrl)
  await send(QueueUrl, 'y')

  expect((await client.send(new GetQueueUrlCommand({ QueueName: 'found-1' }))).QueueUrl).toBe(QueueUrl)
  expect((await client.send(new ListQueuesCommand({ QueueNamePrefix: 'found-' }))).QueueUrls).toEqual([QueueUrl])
  expect(await attributes(QueueUrl)).toMatchObject({
    QueueArn: 'arn:aws:sqs:eu-west-1:000000000000:found-1',
    VisibilityTimeout: '30',
    MessageRetentionPeriod: '1209600',
    SqsManagedSseEnabled: 'true',
    ApproximateNumberOfMessages: '1',
    ApproximateNumberOfMessagesNotVisible: '1',
  })
  await client.send(new PurgeQueueCommand({ QueueUrl }))
  expect(await attributes(QueueUrl)).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '0',
  })
})

test('a queue that is made again keeps its messages and takes the new attributes', async () => {
  const QueueUrl = queue('again')
  await send(QueueUrl, 'kept')

  queue('again', { VisibilityTimeout: 77 })

  expect(await attributes(QueueUrl)).toMatchObject({ VisibilityTimeout: '77', ApproximateNumberOfMessages: '1' })
})

test('refuses a missing queue and a dead letter queue that does not exist', async () => {
  await expect(send(`${server.endpoint}/000000000000/nowhere`, 'x')).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
    message: 'The specified queue does not exist.',
  })
  expect(() =>
    queue('bad', {
      RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:nowhere', maxReceiveCount: 1 },
    }),
  ).toThrow('nowhere does not exist')
})

test('refuses an operation that is not modelled by its own name', async () => {
  const task = client.send(new StartMessageMoveTaskCommand({ SourceArn: 'arn' }))

  await expect(task).rejects.toMatchObject({
    message: 'sqs:StartMessageMoveTask is not modelled by the local cloud',
    $metadata: { httpStatusCode: 501 },
  })
})

function queue(name: string, settings: Record<string, unknown> = {}): string {
  sqs.putQueue(name, settings)
  return `${server.endpoint}/000000000000/${name}`
}

function send(QueueUrl: string, MessageBody: string) {
  return client.send(new SendMessageCommand({ QueueUrl, MessageBody }))
}

async function receive(QueueUrl: string, changes: Partial<ReceiveMessageCommandInput> = {}) {
  const { Messages } = await client.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], ...changes }),
  )
  return Messages ?? []
}

function changeVisibility(QueueUrl: string, ReceiptHandle: string | undefined, VisibilityTimeout: number) {
  return client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }))
}

async function attributes(QueueUrl: string) {
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))
  return Attributes ?? {}
}

function entry(body: string) {
  return { Id: body, MessageBody: body }
}

function text(StringValue: string) {
  return { DataType: 'String', StringValue }
}
