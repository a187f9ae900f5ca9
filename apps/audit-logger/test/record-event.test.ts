import { parseMessage, REPLAY_SOURCE } from '@fanout/event-parsing'
import { buildObjectEvent, type EventOverrides } from '@fanout/event-parsing/testing'
import { done, skipped } from '@fanout/handler'
import { AuditEntry } from '@fanout/schemas'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recordEvent } from '../src/record-event.ts'
import { createMemoryTrail } from '../src/testing/index.ts'

const now = () => Date.parse('2026-01-21T23:21:05.000Z')

test('an entry says who did what, when and from where', async () => {
  const { entries } = await record({ key: 'a b/ü.jpg', versionId: 'v1', eventName: 'ObjectCreated:Post' })

  expect(entries).toEqual([
    {
      objectKey: 'a b/ü.jpg',
      entryId: expect.stringMatching(/^2026-01-21T23:21:00Z#[0-9a-f]{32}$/),
      eventId: expect.stringMatching(/^[0-9a-f]{32}$/),
      bucket: 'uploads',
      versionId: 'v1',
      eventName: 'ObjectCreated:Post',
      type: 'created',
      eventTime: '2026-01-21T23:21:00.000Z',
      eventVersion: '2.1',
      region: 'eu-west-1',
      size: 1024,
      eTag: 'd41d8cd98f00b204e9800998ecf8427e',
      sequencer: '00678FF0C11A2B3C01',
      principalId: 'AWS:AIDAEXAMPLE',
      sourceIp: '203.0.113.11',
      requestId: 'C3D13FE58DE4C810',
      hostId: 'EXAMPLE',
      source: 's3',
      recordedAt: '2026-01-21T23:21:05.000Z',
    },
  ])
  expect(AuditEntry.parse(entries[0])).toEqual(entries[0])
})

test.each([
  'ObjectCreated:Put',
  'ObjectRemoved:DeleteMarkerCreated',
  'LifecycleExpiration:Delete',
  'ObjectRestore:Post',
  'ObjectTagging:Put',
  'ObjectAcl:Put',
  'LifecycleTransition',
  'IntelligentTiering',
  'Replication:OperationFailedReplication',
  'ReducedRedundancyLostObject',
  'ObjectInvented:Tomorrow',
])('%s is recorded', async (eventName) => {
  const { outcomes, entries } = await record({ eventName, sequencer: null })

  expect(outcomes).toEqual([done()])
  expect(entries).toMatchObject([{ eventName }])
})

test('the blocks that only some events carry are kept as S3 sent them', async () => {
  const details = { glacierEventData: { restoreEventData: { lifecycleRestorationExpiryTime: '2026-02-01T00:00:00Z' } } }

  const { entries } = await record({ eventName: 'ObjectRestore:Completed', details })

  expect(JSON.parse(entries[0]?.details ?? '')).toEqual(details)
})

test('a repeated event has one entry, the first', async () => {
  const trail = createMemoryTrail()
  const event = buildObjectEvent()
  await recordEvent(event, { trail, now })

  const again = await recordEvent(event, { trail, now: () => now() + 60_000 })

  expect(again).toEqual(done('recorded before'))
  expect([...trail.entries.values()].map(({ recordedAt }) => recordedAt)).toEqual(['2026-01-21T23:21:05.000Z'])
})

test('the same event by EventBridge is not recorded twice', async () => {
  const trail = createMemoryTrail()
  const notified = buildObjectEvent({ eventTime: '2026-01-21T23:21:00.937Z' })
  const [bridged] = parseMessage(
    JSON.stringify({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      time: '2026-01-21T23:21:00Z',
      detail: {
        bucket: { name: 'uploads' },
        object: { key: 'photo.jpg', size: 1024, sequencer: '00678FF0C11A2B3C01' },
        reason: 'PutObject',
      },
    }),
  ).events
  await recordEvent(notified, { trail, now })

  const outcome = bridged && (await recordEvent(bridged, { trail, now }))

  expect(outcome).toEqual(done('recorded before'))
})

test('two taggings of one version are two entries, though neither has a sequencer', async () => {
  const tagging = { eventName: 'ObjectTagging:Put', versionId: 'v1', sequencer: null }

  const { entries } = await record({ ...tagging, requestId: 'A' }, { ...tagging, requestId: 'B' })

  expect(entries).toHaveLength(2)
})

test('a replay is not recorded: S3 said nothing', async () => {
  const { outcomes, entries } = await record({ eventSource: REPLAY_SOURCE, sequencer: null })

  expect(outcomes).toEqual([skipped('sent by an operator, not by S3')])
  expect(entries).toEqual([])
})

test('whatever the order and the repetition, the trail has exactly the distinct events', async () => {
  const distinct = Array.from({ length: 8 }, (_, index) =>
    buildObjectEvent({ key: `k${index % 3}`, sequencer: `00678FF0C11A2B3C0${index}` }),
  )
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...distinct, ...distinct], { minLength: 16 }), async (events) => {
      const trail = createMemoryTrail()

      await Promise.all(events.map((event) => recordEvent(event, { trail, now })))

      const recorded = [...trail.entries.values()].map(({ eventId }) => eventId)
      expect(recorded.toSorted()).toEqual(distinct.map(({ id }) => id).toSorted())
    }),
  )
})

async function record(...events: EventOverrides[]) {
  const trail = createMemoryTrail()
  const outcomes = []
  for (const event of events) outcomes.push(await recordEvent(buildObjectEvent(event), { trail, now }))
  return { outcomes, entries: [...trail.entries.values()] }
}
