import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { marshall } from '@aws-sdk/util-dynamodb'
import { buildNotification } from '@fanout/event-parsing/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readOverview } from '../../src/overview/read-overview.ts'
import type { Keeper } from '../../src/reconcile/keeper.ts'
import type { Stage } from '../../src/stage/stage.ts'
import { readObjectStory } from '../../src/story/object-story.ts'
import { storyDocument } from '../../src/story/story-document.ts'
import { sendDeadLetter } from '../queues.ts'
import { keepersOf } from '../reconcile/keepers.ts'
import { STAGES } from '../start-stage.ts'

describe.each(STAGES)('with %s', (_, start) => {
  let stage: Stage
  let close: () => Promise<void>
  let rows: Keeper
  beforeAll(async () => {
    ;({ stage, close } = await start())
    rows = keepersOf(stage)[1]
  })
  afterAll(() => close())

  test('a story holds what S3 said, what was made of it, what is stuck and what there is now', async () => {
    const key = 'a b/ü.jpg'
    const [first] = stage.subscribers
    if (!first) throw new Error('the stage has a subscriber')
    const { ETag = '' } = await stage.clients.s3.send(
      new PutObjectCommand({ Bucket: 'uploads', Key: key, Body: '12345' }),
    )
    await putItem('audit', auditOf(key))
    await putItem('deliveries', deliveryOf(key))
    await putItem('rows', { objectKey: key, eTag: ETag.replaceAll('"', '') })
    await sendDeadLetter(stage.clients.sqs, first, buildNotification({ key }), {
      errorName: 'AccessDenied',
      errorMessage: 'not allowed',
      attempts: 9,
    })
    await sendDeadLetter(stage.clients.sqs, first, buildNotification({ key: 'other.jpg' }), {
      errorName: 'AccessDenied',
    })

    const story = storyDocument(await readObjectStory(stage, [rows], key))

    expect(story.story.map(({ who, text }) => `${who} ${text}`)).toEqual(['S3 uploaded  5 bytes', 'second done  a row'])
    expect(story.object).toMatchObject({ size: 5 })
    expect(story.deadLetters).toMatchObject([{ subscriber: 'first', reason: 'not allowed', errorName: 'AccessDenied' }])
    expect(story.outputs).toEqual([{ subscriber: 'second', state: 'current', keys: [key], text: 'a row' }])
  })

  test('a key of which nothing is known is no story', async () => {
    await expect(readObjectStory(stage, [rows], 'unknown.jpg')).rejects.toThrow('nothing is known of unknown.jpg')
  })

  test('the overview counts what waits and what died, the worst first', async () => {
    const overview = await readOverview(stage, '/no/such/folder')

    expect(overview.map(({ name, waiting, deadLetters, state }) => ({ name, waiting, deadLetters, state }))).toEqual([
      { name: 'first', waiting: 0, deadLetters: 2, state: expect.stringMatching(/unknown|absent/) },
      { name: 'second', waiting: 0, deadLetters: 0, state: expect.stringMatching(/unknown|absent/) },
    ])
    expect(Date.parse(overview[0]?.oldestDeadLetter ?? '')).toBeGreaterThan(Date.now() - 60_000)
  })

  async function putItem(table: string, item: Record<string, unknown>) {
    await stage.clients.dynamoDb.send(new PutItemCommand({ TableName: table, Item: marshall(item) }))
  }
})

const eventTime = '2026-01-21T23:21:00.000Z'

const auditOf = (objectKey: string) => ({
  objectKey,
  entryId: `${eventTime}#e1`,
  eventId: 'e1',
  bucket: 'uploads',
  eventName: 'ObjectCreated:Put',
  type: 'created',
  eventTime,
  size: 5,
  source: 's3',
  recordedAt: eventTime,
})

const deliveryOf = (objectKey: string) => ({
  objectKey,
  settled: '2026-01-21T23:21:01.000Z#second#e1',
  settledAt: '2026-01-21T23:21:01.000Z',
  subscriber: 'second',
  eventId: 'e1',
  eventName: 'ObjectCreated:Put',
  eventTime,
  outcome: 'done',
  detail: 'a row',
  attempts: 1,
  lagMs: 1000,
  durationMs: 10,
  expiresAt: 0,
})
