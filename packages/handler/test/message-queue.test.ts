import { expect, test } from 'vitest'
import { createMessageQueue } from '../src/message-queue.ts'

const env = { QUEUE_URL: 'http://queue', DEAD_LETTER_QUEUE_URL: 'http://dead-letters' }
const never = new AbortController().signal

test('changes the visibility in the queue, and sends to the dead-letter queue', async () => {
  const { sqs, visibility, sent } = createMemorySqs()
  const queue = createMessageQueue(env, async () => sqs)
  const attributes = { attempts: { DataType: 'Number', StringValue: '9' } } as const

  await queue.changeVisibility('receipt', 40, never)
  await queue.sendDeadLetter({ body: 'body', attributes }, never)

  expect(visibility).toEqual({ 'http://queue': { receipt: 40 } })
  expect(sent).toEqual({ 'http://dead-letters': [{ MessageBody: 'body', MessageAttributes: attributes }] })
})

test('loads the client once, and not before something failed', async () => {
  const loads: string[] = []
  const queue = createMessageQueue(env, async () => {
    loads.push('loaded')
    return createMemorySqs().sqs
  })
  const before = [...loads]

  await Promise.all([queue.changeVisibility('a', 0, never), queue.changeVisibility('b', 0, never)])

  expect([before, loads]).toEqual([[], ['loaded']])
})

function createMemorySqs() {
  const visibility: Record<string, Record<string, number | undefined>> = {}
  const sent: Record<string, unknown[]> = {}
  const sqs: Awaited<ReturnType<NonNullable<Parameters<typeof createMessageQueue>[1]>>> = {
    async changeMessageVisibility({ QueueUrl = '', ReceiptHandle = '', VisibilityTimeout }) {
      visibility[QueueUrl] = { ...visibility[QueueUrl], [ReceiptHandle]: VisibilityTimeout }
    },
    async sendMessage({ QueueUrl = '', ...message }) {
      sent[QueueUrl] = [...(sent[QueueUrl] ?? []), message]
    },
  }
  return { sqs, visibility, sent }
}
