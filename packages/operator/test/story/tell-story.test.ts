import { buildNotification } from '@fanout/event-parsing/testing'
import type { AuditEntry, DeliveryRecord } from '@fanout/schemas'
import { expect, test } from 'vitest'
import { toDeadLetter } from '../../src/dlq/dead-letter.ts'
import { tellStory } from '../../src/story/tell-story.ts'

const nothing = { key: 'a.jpg', events: [], deliveries: [], deadLetters: [], object: undefined, outputs: [] }

test('tells in order what was uploaded, overwritten, rejected, given up, sent back and replayed', () => {
  const events = [
    entry('e1', 'ObjectCreated:Put', '10:00:00', { size: 100, principalId: 'AWS:AIDA', sourceIp: '203.0.113.1' }),
    entry('e2', 'ObjectCreated:Put', '10:01:00', { size: 5 }),
    entry('e3', 'ObjectRemoved:DeleteMarkerCreated', '10:05:00'),
    entry('e4', 'ObjectCreated:CompleteMultipartUpload', '10:06:00', { size: 200 }),
  ]
  const deliveries = [
    delivery('e1', '10:00:01', { detail: '1024 512 128' }),
    delivery('e2', '10:01:01', { outcome: 'rejected', reason: 'truncated JPEG' }),
    delivery('e4', '10:09:00', { outcome: 'dead', reason: 'not allowed', attempts: 9 }),
    delivery('e4', '10:20:00', { outcome: 'dead', reason: 'not allowed', attempts: 9, replay: true, redrives: 1 }),
    delivery('e4', '10:30:00', { detail: '1024 512 128', replay: true, redrives: 2 }),
    delivery('r1', '10:40:00', { detail: '1024 512 128', replay: true, eventTime: time('10:39:00') }),
  ]

  const lines = tellStory({ ...nothing, events, deliveries }).map(
    ({ at, who, text }) => `${at.slice(11, 19)} ${who}: ${text}`,
  )

  expect(lines).toEqual([
    '10:00:00 S3: uploaded  100 bytes  by AWS:AIDA from 203.0.113.1',
    '10:00:01 thumbnailer: done  1024 512 128',
    '10:01:00 S3: overwritten  5 bytes',
    '10:01:01 thumbnailer: rejected  truncated JPEG',
    '10:05:00 S3: deleted, older versions kept',
    '10:06:00 S3: uploaded  200 bytes',
    '10:09:00 thumbnailer: gave up  not allowed  after 9 attempts',
    '10:20:00 thumbnailer: sent back from the dead letters: gave up  not allowed  after 9 more attempts',
    '10:30:00 thumbnailer: sent back again, redrive 2: done  1024 512 128  after 1 more attempt',
    '10:40:00 thumbnailer: replayed: done  1024 512 128',
  ])
})

test('without an audit trail the events are known by what was made of them, once each', () => {
  const deliveries = [delivery('e1', '10:00:01', {}), { ...delivery('e1', '10:00:02', {}), subscriber: 'audit-logger' }]

  expect(tellStory({ ...nothing, deliveries }).map(({ who, text }) => `${who} ${text}`)).toEqual([
    'S3 uploaded',
    'thumbnailer done',
    'audit-logger done',
  ])
})

test('what SQS moved away has no delivery record, and is told by its dead letter', () => {
  const letter = toDeadLetter('thumbnailer', {
    Body: buildNotification({ key: 'a.jpg' }),
    Attributes: {
      DeadLetterQueueSourceArn: 'arn:queue',
      ApproximateReceiveCount: '14',
      SentTimestamp: String(Date.parse(time('11:00:00'))),
    },
  })

  expect(tellStory({ ...nothing, deadLetters: [letter] })).toEqual([
    {
      at: '2026-01-21T11:00:00.000Z',
      type: 'dead-letter',
      who: 'thumbnailer',
      text: 'given up: moved by SQS: the function died or was throttled  after 14 attempts',
    },
  ])
})

test('the lag of what was sent on purpose says nothing', () => {
  const deliveries = [delivery('e1', '10:00:01', {}), delivery('e1', '10:30:00', { replay: true, redrives: 1 })]

  const lags = tellStory({ ...nothing, deliveries }).filter(({ type }) => type === 'delivery')

  expect(lags.map(({ lagMs }) => lagMs)).toEqual([1000, undefined])
})

const time = (clock: string) => `2026-01-21T${clock}.000Z`

function entry(eventId: string, eventName: string, clock: string, others: Partial<AuditEntry> = {}): AuditEntry {
  const eventTime = time(clock)
  const base = { objectKey: 'a.jpg', entryId: `${eventTime}#${eventId}`, bucket: 'uploads', source: 's3' as const }
  const type = eventName.startsWith('ObjectCreated') ? ('created' as const) : ('removed' as const)
  return { ...base, eventId, eventName, type, eventTime, recordedAt: eventTime, ...others }
}

function delivery(eventId: string, clock: string, others: Partial<DeliveryRecord>): DeliveryRecord {
  const settledAt = time(clock)
  return {
    objectKey: 'a.jpg',
    settled: `${settledAt}#thumbnailer#${eventId}`,
    settledAt,
    subscriber: 'thumbnailer',
    eventId,
    eventName: 'ObjectCreated:Put',
    eventTime: time('10:00:00'),
    outcome: 'done',
    attempts: 1,
    lagMs: 1000,
    durationMs: 10,
    expiresAt: 0,
    ...others,
  }
}
