import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { marshall } from '@aws-sdk/util-dynamodb'
import { parseMessage } from '@fanout/event-parsing'
import type { DeliveryOutcome, ObjectEvent } from '@fanout/schemas'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Keeper } from '../../src/reconcile/keeper.ts'
import { reconcileStage, type ReconcileOptions } from '../../src/reconcile/reconcile-stage.ts'
import { repairDifferences } from '../../src/reconcile/repair-differences.ts'
import { newRun } from '../../src/replay/new-run.ts'
import type { Stage } from '../../src/stage/stage.ts'
import { startStage } from '../start-stage.ts'
import { keepersOf } from './keepers.ts'

let stage: Stage
let close: () => Promise<void>
let copies: Keeper
let rows: Keeper
let count = 0
/** Each test has keys of its own. */
let prefix: string

beforeAll(async () => {
  ;({ stage, close } = await startStage())
  ;[copies, rows] = keepersOf(stage)
})
beforeEach(() => {
  prefix = `test ${count++}/`
})
afterAll(() => close())

describe('what a subscriber keeps', () => {
  test('as it should be is no difference', async () => {
    const eTag = await putObject('a.jpg')
    await putCopy('a.jpg', eTag)
    await putRow('a.jpg', eTag)

    expect(await differences()).toEqual([])
  })

  test('is missing, outdated or left behind', async () => {
    await putObject('missing.jpg')
    await putObject('outdated.jpg')
    await putCopy('outdated.jpg', 'older')
    await putRow('outdated.jpg', 'older')
    await putCopy('gone.jpg', 'older')
    await putRow('gone.jpg', 'older')

    expect(await differences()).toEqual([
      'first missing missing.jpg',
      'first orphaned gone.jpg',
      'first outdated outdated.jpg',
      'second missing missing.jpg',
      'second orphaned gone.jpg',
      'second outdated outdated.jpg',
    ])
  })

  test('and what is not written by it is counted, not judged', async () => {
    await stage.clients.s3.send(new PutObjectCommand({ Bucket: 'thumbnails', Key: 'by hand.txt', Body: 'x' }))

    const [report] = await reconcile({ prefix: '' })

    expect(report?.foreign).toBe(1)
  })
})

describe('an object without output', () => {
  test('of which the subscriber does not hear is no difference', async () => {
    await putObject('a.jpg')
    await putObject('a.txt')
    const picky = { ...copies, outputs: { ...copies.outputs, isFor: (key: string) => key.endsWith('.jpg') } }

    const [report] = await reconcile({}, [picky])

    expect(report).toMatchObject({ objects: 1, differences: [{ key: `${prefix}a.jpg` }] })
  })

  test('that was skipped or rejected as it is now is no difference', async () => {
    await putObject('notes.txt')
    await putObject('torn.jpg')
    await putDelivery('notes.txt', 'skipped', new Date())
    await putDelivery('torn.jpg', 'rejected', new Date())
    const [report] = await reconcile({}, [copies])

    expect(report).toMatchObject({ objects: 2, explained: 2, current: 0, differences: [] })
  })

  test('that was skipped before it was uploaded anew is one', async () => {
    await putObject('notes.txt')
    await putDelivery('notes.txt', 'skipped', new Date(Date.now() - 5000))

    expect(await differences([copies])).toEqual(['first missing notes.txt'])
  })

  test('that was done is one: somebody has removed it', async () => {
    await putObject('a.jpg')
    await putDelivery('a.jpg', 'done', new Date())

    expect(await differences([copies])).toEqual(['first missing a.jpg'])
  })

  test('is found among so many that records are scanned', async () => {
    for (let index = 0; index < 210; index++) {
      await putObject(`${index}.txt`)
      if (index !== 42) await putDelivery(`${index}.txt`, 'skipped', new Date())
    }

    expect(await differences([copies])).toEqual(['first missing 42.txt'])
  })
})

describe('an archived object', () => {
  // The local cloud has one storage class
  let headers: object
  let listed: object
  beforeAll(() => {
    headers = {}
    listed = {}
    stage.clients.s3.middlewareStack.add(
      (next) => async (call) => {
        const answer = await next(call)
        Object.assign(answer.output, headers)
        if ('Contents' in answer.output) answer.output.Contents?.forEach((object) => Object.assign(object, listed))
        return answer
      },
      { name: 'archive', step: 'initialize' },
    )
  })
  afterAll(() => stage.clients.s3.middlewareStack.remove('archive'))

  test.each([
    ['in the archive', { StorageClass: 'GLACIER' }, { StorageClass: 'GLACIER' }, 1],
    ['being restored', { StorageClass: 'GLACIER' }, { StorageClass: 'GLACIER', Restore: 'ongoing-request="true"' }, 1],
    [
      'in an archive tier, of which a listing does not tell',
      { StorageClass: 'INTELLIGENT_TIERING' },
      { StorageClass: 'INTELLIGENT_TIERING', ArchiveStatus: 'ARCHIVE_ACCESS' },
      1,
    ],
    [
      'restored',
      { StorageClass: 'DEEP_ARCHIVE' },
      { StorageClass: 'DEEP_ARCHIVE', Restore: 'ongoing-request="false", expiry-date="Fri, 23 Dec 2026 00:00:00 GMT"' },
      0,
    ],
  ])('%s is a difference only where it can be mended', async (_, listing, head, archived) => {
    await putObject('a.jpg')
    await putCopy('a.jpg', 'older')
    listed = listing
    headers = head

    const [report] = await reconcile({}, [copies])

    expect(report).toMatchObject({ objects: 1, current: 0, archived })
    expect(report?.differences).toHaveLength(1 - archived)
  })
})

describe('a repair', () => {
  test('sends each subscriber events for what differs, and nothing else', async () => {
    const eTag = await putObject('right.jpg')
    await putCopy('right.jpg', eTag)
    await putRow('right.jpg', eTag)
    await putObject('a b+c.jpg')
    await putRow('a b+c.jpg', 'older')
    await putCopy('gone.jpg', 'older')

    const result = await repair({ patienceMs: 0 })

    expect(result).toMatchObject({ sent: 3, mended: 0 })
    expect(
      (await receive('first')).map(({ key, type, kind }) => `${type} ${kind} ${key.slice(prefix.length)}`).toSorted(),
    ).toEqual(['created observed a b+c.jpg', 'removed observed gone.jpg'])
    expect((await receive('second')).map(({ key, type }) => `${type} ${key.slice(prefix.length)}`)).toEqual([
      'created a b+c.jpg',
    ])
  })

  test('waits until all is as it should be', async () => {
    const eTag = await putObject('a.jpg')
    await putRow('gone.jpg', 'older')
    const settled = settleNext('second', 2, async ({ key, type }) => {
      if (type === 'created') await putRow(key.slice(prefix.length), eTag)
      else
        await stage.clients.dynamoDb.send(
          new DeleteItemCommand({ TableName: 'rows', Key: marshall({ objectKey: key }) }),
        )
    })

    const result = await repair({ patienceMs: 10_000 }, [rows])
    await settled

    expect(result).toMatchObject({ sent: 2, mended: 2, pending: [], unrepairable: [] })
    expect(await differences([rows])).toEqual([])
  })

  test('of what the subscriber then skips is done, too', async () => {
    await putObject('notes.txt')
    const settled = settleNext('first', 1, () => putDelivery('notes.txt', 'skipped', new Date()))

    const result = await repair({ patienceMs: 10_000 }, [copies])
    await settled

    expect(result).toMatchObject({ sent: 1, mended: 1, pending: [] })
  })
})

/** Plays a subscriber's function for so many events. */
async function settleNext(name: string, events: number, settle: (event: ObjectEvent) => Promise<void>) {
  for (let settled = 0; settled < events;) {
    for (const event of await receive(name)) {
      await settle(event)
      settled += 1
    }
  }
}

async function putObject(name: string): Promise<string> {
  const { ETag = '' } = await stage.clients.s3.send(
    new PutObjectCommand({ Bucket: 'uploads', Key: prefix + name, Body: name }),
  )
  return ETag.replaceAll('"', '')
}

async function putCopy(name: string, etag: string) {
  const Key = `${encodeURIComponent(prefix + name)}@copy`
  await stage.clients.s3.send(new PutObjectCommand({ Bucket: 'thumbnails', Key, Body: 'x', Metadata: { etag } }))
}

async function putRow(name: string, eTag: string) {
  await stage.clients.dynamoDb.send(
    new PutItemCommand({ TableName: 'rows', Item: marshall({ objectKey: prefix + name, eTag, deleted: false }) }),
  )
}

async function putDelivery(name: string, outcome: DeliveryOutcome, settled: Date) {
  const settledAt = settled.toISOString()
  const record = {
    objectKey: prefix + name,
    settled: `${settledAt}#first#e`,
    settledAt,
    subscriber: 'first',
    eventId: 'e',
    eventName: 'ObjectCreated:Put',
    eventTime: settledAt,
    outcome,
    attempts: 1,
    lagMs: 0,
    durationMs: 0,
    expiresAt: 0,
  }
  await stage.clients.dynamoDb.send(new PutItemCommand({ TableName: 'deliveries', Item: marshall(record) }))
}

const reconcile = (options: ReconcileOptions = {}, keepers = [copies, rows]) =>
  reconcileStage(stage, keepers, { prefix, ...options })

async function differences(keepers = [copies, rows]): Promise<string[]> {
  const reports = await reconcile({}, keepers)
  return reports
    .flatMap((report) => report.differences)
    .map(({ subscriber, type, key = '' }) => `${subscriber} ${type} ${key.slice(prefix.length)}`)
    .toSorted()
}

async function repair({ patienceMs }: { patienceMs: number }, keepers = [copies, rows]) {
  const reports = await reconcile({}, keepers)
  const found = reports.flatMap((report) => report.differences)
  return await repairDifferences(stage, keepers, found, newRun('reconcile', stage), { rate: 1000, patienceMs })
}

async function receive(name: string): Promise<ObjectEvent[]> {
  const QueueUrl = stage.subscribers.find((subscriber) => subscriber.name === name)?.queueUrl
  const { Messages = [] } = await stage.clients.sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  )
  for (const { ReceiptHandle } of Messages) {
    await stage.clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
  }
  return Messages.flatMap(({ Body = '' }) => parseMessage(Body).events)
}
