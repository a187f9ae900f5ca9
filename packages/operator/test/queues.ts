import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { startLocalCloud } from '@fanout/local-cloud'
import type { SubscriberRegistration } from '@fanout/schemas'
import { createSqsServer } from 'local-aws-sqs'
import { writeAssembly } from './write-assembly.ts'

/** Somebody's SQS with many pairs of queues, each for one test. */
export interface Queues {
  sqs: SQSClient
  /** A subscriber with empty queues. */
  newSubscriber: () => SubscriberRegistration
  close: () => Promise<void>
}

const PAIRS = 30
const MAX_RECEIVES = 14

/** Our own SQS, in the local cloud. */
export async function startOurQueues(): Promise<Queues> {
  const resources: Record<string, { Type: string; Properties?: object }> = {}
  for (let index = 0; index < PAIRS; index++) {
    resources[`Dead${index}`] = { Type: 'AWS::SQS::Queue', Properties: { QueueName: `dead-${index}` } }
    const RedrivePolicy = {
      deadLetterTargetArn: { 'Fn::GetAtt': [`Dead${index}`, 'Arn'] },
      maxReceiveCount: MAX_RECEIVES,
    }
    resources[`Queue${index}`] = {
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: `queue-${index}`, RedrivePolicy },
    }
  }
  const cloud = await startLocalCloud({ assemblies: [await writeAssembly('Queues', resources)], port: 0 })
  const { endpoint, region, credentials, accountId } = cloud
  const sqs = new SQSClient({ endpoint, region, credentials })
  return pairs(sqs, `${endpoint}/${accountId}`, async () => {
    sqs.destroy()
    await cloud.close()
  })
}

/** An SQS of other people. */
export async function startOtherQueues(): Promise<Queues> {
  const arn = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`
  const numbers = Array.from({ length: PAIRS }, (_, index) => index)
  const { sqs, base, close } = await startOtherSqs([
    ...numbers.map((index) => ({ QueueName: `dead-${index}` })),
    ...numbers.map((index) => ({
      QueueName: `queue-${index}`,
      Attributes: {
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn(`dead-${index}`), maxReceiveCount: MAX_RECEIVES }),
      },
    })),
  ])
  return pairs(sqs, base, close)
}

const REGION = 'eu-west-1'
const ACCOUNT = '000000000000'

export async function startOtherSqs(queues: { QueueName: string; Attributes?: Record<string, string> }[]) {
  const server = await createSqsServer({ port: 0, hostname: '127.0.0.1', region: REGION, accountId: ACCOUNT, queues })
  const address = server.address()
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const sqs = new SQSClient({ endpoint, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
  const base = `${endpoint}/${ACCOUNT}`
  const close = async () => {
    sqs.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { sqs, base, queueUrl: (name: string) => `${base}/${name}`, close }
}

function pairs(sqs: SQSClient, base: string, close: () => Promise<void>): Queues {
  let used = 0
  const newSubscriber = () => {
    if (used === PAIRS) throw new Error('more pairs of queues are needed')
    const index = used++
    return {
      name: `subscriber-${index}`,
      functionName: `function-${index}`,
      queueUrl: `${base}/queue-${index}`,
      deadLetterQueueUrl: `${base}/dead-${index}`,
      resources: {},
    }
  }
  return {
    sqs,
    newSubscriber,
    close,
  }
}

/** What the function writes into a dead-letter queue; without `errorName` only the body, as SQS and people do. */
export async function sendDeadLetter(
  sqs: SQSClient,
  { name, deadLetterQueueUrl }: SubscriberRegistration,
  body: string,
  attributes: Record<string, string | number> = {},
): Promise<void> {
  const all = { ...('errorName' in attributes ? { subscriber: name } : {}), ...attributes }
  const MessageAttributes = Object.fromEntries(
    Object.entries(all).map(([key, value]) => [
      key,
      { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) },
    ]),
  )
  await sqs.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody: body, MessageAttributes }))
}
