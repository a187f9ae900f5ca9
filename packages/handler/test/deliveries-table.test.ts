import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { DeliveryRecord } from '@fanout/schemas'
import { expect, test } from 'vitest'
import { createDeliveriesTable } from '../src/deliveries-table.ts'

const record: DeliveryRecord = {
  objectKey: 'photo.jpg',
  settled: '2026-01-21T23:21:01.250Z#thumbnailer#1',
  settledAt: '2026-01-21T23:21:01.250Z',
  subscriber: 'thumbnailer',
  eventId: '1',
  eventName: 'ObjectCreated:Put',
  eventTime: '2026-01-21T23:21:00.000Z',
  outcome: 'done',
  attempts: 1,
  lagMs: 1250,
  durationMs: 212,
  replay: true,
  expiresAt: 1_771_629_661,
}

test('stores a record in DynamoDB types', async () => {
  const items: unknown[] = []
  const client = new DynamoDBClient({ region: 'eu-west-1' })
  client.send = async (command: unknown) => {
    if (command instanceof PutItemCommand) items.push([command.input.TableName, command.input.Item])
  }

  await createDeliveriesTable('deliveries', client)(record, AbortSignal.timeout(1000))

  expect(items).toEqual([
    [
      'deliveries',
      {
        objectKey: { S: 'photo.jpg' },
        settled: { S: record.settled },
        settledAt: { S: record.settledAt },
        subscriber: { S: 'thumbnailer' },
        eventId: { S: '1' },
        eventName: { S: 'ObjectCreated:Put' },
        eventTime: { S: record.eventTime },
        outcome: { S: 'done' },
        attempts: { N: '1' },
        lagMs: { N: '1250' },
        durationMs: { N: '212' },
        replay: { BOOL: true },
        expiresAt: { N: '1771629661' },
      },
    ],
  ])
})
