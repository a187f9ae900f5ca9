import { PutObjectCommand } from '@aws-sdk/client-s3'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { peekDeadLetters, type DeadLetter } from '@fanout/operator'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startCloudSession, type CloudSession } from '../src/drill/cloud/cloud-session.ts'
import { childProcesses, findPeer } from '../src/drill/cloud/processes.ts'

// A message whose function was killed is back after 3 s instead of three minutes
const TIME_SCALE = 60
const randomBytes = 'ԑ\u2028\uFFFD{"Records":[\u0085\t\uD7FF'

let session: CloudSession
const killed = new Map<number, string>()

beforeAll(async () => {
  session = await startCloudSession({
    timeScale: TIME_SCALE,
    decide({ subscriber, target, ports }) {
      if (subscriber !== 'metadata-indexer' || !target.includes('deadly.jpg')) return 'forwarded'
      const pid = findPeer(childProcesses(), ports.theirs, ports.ours)
      if (pid === undefined) return 'forwarded'
      process.kill(pid, 'SIGKILL')
      killed.set(pid, subscriber)
      return 'dropped before'
    },
  })
}, 300_000)

afterAll(() => session.close())

test('a body of random bytes is a dead letter of every subscriber after one try, and says why', async () => {
  const { clients, subscribers } = session.stage
  for (const { queueUrl } of subscribers) {
    await clients.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: randomBytes }))
  }

  const letters = await awaitDeadLetters(({ body }) => body === randomBytes, subscribers.length)

  expect(letters.map(({ subscriber, kind, attempts }) => ({ subscriber, kind, attempts }))).toEqual(
    subscribers.map(({ name }) => ({ subscriber: name, kind: 'handler', attempts: 1 })),
  )
  expect(letters.map(({ attributes }) => attributes['errorMessage']?.StringValue)).toEqual(
    subscribers.map(() => expect.stringContaining('message is not JSON')),
  )
})

test('a message whose function is killed at every receive is moved by SQS, and told from what the handler gives up', async () => {
  const { clients, uploadsBucket } = session.stage
  await clients.s3.send(new PutObjectCommand({ Bucket: uploadsBucket, Key: 'deadly.jpg', Body: 'deadly' }))

  const [letter, ...others] = await awaitDeadLetters(({ keys }) => keys.includes('deadly.jpg'), 1)

  expect(others).toEqual([])
  expect(letter).toMatchObject({
    subscriber: 'metadata-indexer',
    kind: 'sqs',
    errorName: undefined,
    reason: expect.stringContaining('moved by SQS'),
    attempts: killed.size,
  })
  expect(killed.size).toBe(14)
}, 180_000)

async function awaitDeadLetters(isWanted: (letter: DeadLetter) => boolean, count: number): Promise<DeadLetter[]> {
  return await vi.waitFor(
    async () => {
      const letters = (await peekDeadLetters(session.stage)).filter(isWanted)
      if (letters.length < count) throw new Error(`${letters.length} of ${count} such dead letters`)
      return letters
    },
    { timeout: 150_000, interval: 250 },
  )
}
