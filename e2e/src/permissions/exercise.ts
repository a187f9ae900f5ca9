import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { buildNotification } from '@fanout/event-parsing/testing'
import { readQueueDepths } from '@fanout/operator'
import sharp from 'sharp'
import { FLAKY, type Lab } from './lab.ts'

let runs = 0

/**
 * Does once whatever the subscribers are for: upload, overwrite, delete, a replayed event, a retry, a dead letter. Ends early when
 * something is denied, and leaves empty queues. Returns what was denied beside the first `known` refusals.
 */
export async function exercise({ stage, refusals }: Lab, known = refusals.length): Promise<Lab['refusals']> {
  const { clients, uploadsBucket: Bucket, subscribers } = stage
  const folder = `permissions/${++runs}`
  const photo = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#8ac' } })
    .jpeg()
    .toBuffer()
  const denied = () => refusals.slice(known)
  const put = (name: string, Body: Buffer | string) =>
    clients.s3.send(new PutObjectCommand({ Bucket, Key: `${folder}/${name}`, Body }))
  const send = async (MessageBody: string) => {
    for (const { queueUrl: QueueUrl } of subscribers)
      await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))
  }
  // As a replay sends it: without a sequencer, so that what is there is read first
  const replayed = buildNotification({ bucket: Bucket, key: `${folder}/photo.jpg`, sequencer: null })
  const steps: (() => Promise<unknown>)[] = [
    () => Promise.all([put('photo.jpg', photo), put('notes.txt', 'x'), put(`${FLAKY}-${runs}.jpg`, photo)]),
    () => put('photo.jpg', photo),
    () => send(replayed),
    () => send('nobody can read this'),
    () => clients.s3.send(new DeleteObjectCommand({ Bucket, Key: `${folder}/photo.jpg` })),
  ]
  for (const step of steps) {
    // Whoever exercises it may be the one who is denied
    await step().catch((error: unknown) => {
      if (denied().length === 0) throw error
    })
    const end = Date.now() + 30_000
    for (let quiet = 0; quiet < 3 && denied().length === 0;) {
      if (Date.now() > end) throw new Error(`not settled after 30 s: ${JSON.stringify(await readQueueDepths(stage))}`)
      await sleep(100)
      const depths = await readQueueDepths(stage)
      quiet = depths.every(({ waiting, inFlight, delayed }) => waiting + inFlight + delayed === 0) ? quiet + 1 : 0
    }
  }
  const found = denied()
  for (const { queueUrl, deadLetterQueueUrl } of subscribers) {
    await clients.sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }))
    await clients.sqs.send(new PurgeQueueCommand({ QueueUrl: deadLetterQueueUrl }))
  }
  return found
}
