import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Principal } from '../../src/api.ts'
import { checkSubscription, createSns, type Subscription } from '../../src/sns/sns.ts'
import { createSqs } from '../../src/sqs/sqs.ts'
import { createSite, serve } from '../site.ts'

const site = createSite()
const sqs = createSqs(site)
const deliveredBy: Principal[] = []
const sns = createSns(site, (queueArn, message, principal) => {
  deliveredBy.push(principal)
  sqs.queue(queueArn).send(message)
})
let server: Awaited<ReturnType<typeof serve>>
let client: SNSClient

beforeAll(async () => {
  server = await serve(site, { sns: sns.operations })
  client = new SNSClient(server.client)
})

afterAll(() => server.close())

test('raw delivery gives the message and its attributes as they are, by SNS in the name of the topic', async () => {
  const topicArn = sns.createTopic('raw')
  const queueArn = queue('raw')
  sns.subscribe('stack', [to(topicArn, queueArn)])
  const MessageAttributes = {
    text: { DataType: 'String', StringValue: 'a&b é' },
    bytes: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
  }

  await client.send(new PublishCommand({ TopicArn: topicArn, Message: '{"a":"é+ &=%"}', MessageAttributes }))

  const [message] = await receive(queueArn)
  expect(message!.Body).toBe('{"a":"é+ &=%"}')
  expect(message!.MessageAttributes).toEqual({
    text: { DataType: 'String', StringValue: 'a&b é' },
    bytes: { DataType: 'Binary', BinaryValue: 'AQI=' },
  })
  expect(deliveredBy.at(-1)).toEqual({ type: 'service', service: 'sns.amazonaws.com', sourceArn: topicArn })
})

test('without raw delivery a queue gets the envelope', async () => {
  const topicArn = sns.createTopic('enveloped')
  const queueArn = queue('enveloped')
  sns.subscribe('stack', [to(topicArn, queueArn, { RawMessageDelivery: false })])

  const messageId = sns.publish({ TopicArn: topicArn, Message: '{}', Subject: 'Amazon S3 Notification' })

  const [message] = await receive(queueArn)
  expect(message!.MessageAttributes).toBeUndefined()
  expect(JSON.parse(message!.Body ?? '')).toEqual({
    Type: 'Notification',
    MessageId: messageId,
    TopicArn: topicArn,
    Subject: 'Amazon S3 Notification',
    Message: '{}',
    Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    SignatureVersion: '1',
    Signature: expect.any(String),
    SigningCertURL: expect.any(String),
    UnsubscribeURL: expect.any(String),
  })
})

test('a queue gets only what its filter accepts', async () => {
  const topicArn = sns.createTopic('filtered')
  const [jpegs, all] = [queue('jpegs'), queue('all')]
  const FilterPolicy = { Records: { s3: { object: { key: [{ suffix: '.jpg' }] } } } }
  sns.subscribe('a', [to(topicArn, jpegs, { FilterPolicy, FilterPolicyScope: 'MessageBody' })])
  sns.subscribe('b', [to(topicArn, all)])

  sns.publish({ TopicArn: topicArn, Message: '{"Records":[{"s3":{"object":{"key":"a.jpg"}}}]}' })
  sns.publish({ TopicArn: topicArn, Message: '{"Records":[{"s3":{"object":{"key":"b.png"}}}]}' })
  sns.publish({ TopicArn: topicArn, Message: 'not JSON' })

  expect(await receive(jpegs)).toHaveLength(1)
  expect(await receive(all)).toHaveLength(3)
})

test('a message that its queue cannot take goes to the subscription`s dead letter queue with the reason', async () => {
  const topicArn = sns.createTopic('undeliverable')
  const deadLetterTargetArn = queue('subscription-dead-letters')
  const queueArn = 'arn:aws:sqs:eu-west-1:000000000000:gone'
  sns.subscribe('stack', [to(topicArn, queueArn, { RedrivePolicy: { deadLetterTargetArn } })])

  sns.publish({ TopicArn: topicArn, Message: 'x' })

  const [dead] = await receive(deadLetterTargetArn)
  expect(dead).toMatchObject({
    Body: 'x',
    MessageAttributes: {
      RequestID: { DataType: 'String' },
      ErrorCode: { StringValue: 'AWS.SimpleQueueService.NonExistentQueue' },
      ErrorMessage: { StringValue: 'The specified queue does not exist.' },
    },
  })
})

test('without a dead letter queue such a message is dropped, the others get theirs, and somebody is told', async () => {
  const topicArn = sns.createTopic('dropped')
  const other = queue('other')
  sns.subscribe('stack', [to(topicArn, 'arn:aws:sqs:eu-west-1:000000000000:gone'), to(topicArn, other)])

  sns.publish({ TopicArn: topicArn, Message: 'x' })

  expect(await receive(other)).toHaveLength(1)
  expect(site.warnings.at(-1)).toMatch(/not delivered to .*:gone: .*does not exist.*; dropped$/)
})

test('a stack that is provisioned again replaces its own subscriptions and no others', async () => {
  const topicArn = sns.createTopic('again')
  const [mine, theirs, newer] = [queue('mine'), queue('theirs'), queue('newer')]
  const list = async () => {
    const { Subscriptions } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }))
    return Subscriptions ?? []
  }
  sns.subscribe('me', [to(topicArn, mine)])
  sns.subscribe('them', [to(topicArn, theirs)])
  const [first] = await list()

  sns.subscribe('me', [to(topicArn, mine, { RawMessageDelivery: false })])
  const changed = await list()
  sns.subscribe('me', [to(topicArn, newer)])

  expect(changed).toContainEqual(first)
  expect(await list()).toMatchObject([
    { Endpoint: theirs, Protocol: 'sqs', TopicArn: topicArn, Owner: '000000000000' },
    { Endpoint: newer },
  ])
})

test('tells the settings of a subscription as text', async () => {
  const topicArn = sns.createTopic('told')
  const FilterPolicy = { kind: ['x'] }
  sns.subscribe('teller', [to(topicArn, queue('told'), { FilterPolicy, FilterPolicyScope: 'MessageBody' })])
  const { Subscriptions } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }))
  const get = (SubscriptionArn: string) => client.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))

  const { Attributes } = await get(Subscriptions?.[0]?.SubscriptionArn ?? '')

  expect(Attributes).toMatchObject({ RawMessageDelivery: 'true', FilterPolicy: '{"kind":["x"]}', TopicArn: topicArn })
  await expect(get(`${topicArn}:none`)).rejects.toMatchObject({ name: 'NotFoundException' })
})

test('lists topics', async () => {
  const topicArn = sns.createTopic('listed')

  const { Topics } = await client.send(new ListTopicsCommand({}))

  expect(Topics).toContainEqual({ TopicArn: topicArn })
})

test('refuses a subscription that it could only half understand', () => {
  const check = (more: Partial<Subscription>) => () => checkSubscription(to('topic', 'queue', more))

  expect(check({ FilterPolicy: { kind: ['x'] } })).toThrow('a FilterPolicy on message attributes is not modelled')
  expect(check({ Protocol: 'https' })).toThrow('Protocol https is not modelled')
})

test('refuses a missing topic, an empty or too long message, and an operation that is not modelled', async () => {
  const TopicArn = sns.createTopic('strict')
  const publish = (Message: string, arn = TopicArn) => client.send(new PublishCommand({ TopicArn: arn, Message }))

  await expect(publish('x', `${TopicArn}-none`)).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'Topic does not exist',
  })
  await expect(publish('')).rejects.toMatchObject({ name: 'InvalidParameterException' })
  await expect(publish('x'.repeat(262_145))).rejects.toThrow('Message too long')
  await expect(client.send(new CreateTopicCommand({ Name: 'x' }))).rejects.toMatchObject({
    message: 'sns:CreateTopic is not modelled by the local cloud',
    $metadata: { httpStatusCode: 501 },
  })
})

function to(TopicArn: string, Endpoint: string, more: Partial<Subscription> = {}): Subscription {
  return { TopicArn, Endpoint, Protocol: 'sqs', RawMessageDelivery: true, ...more }
}

function queue(name: string): string {
  return sqs.putQueue(name, {}).arn
}

function receive(queueArn: string) {
  return sqs.queue(queueArn).receive({ max: 10 })
}
