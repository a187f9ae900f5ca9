import { describe, expect, test } from 'vitest'
import { buildObjectEvent } from '../src/testing/index.ts'

describe('the kind of an event', () => {
  test.each([
    ['ObjectCreated:Put', 'created', 'notified'],
    ['ObjectCreated:CompleteMultipartUpload', 'created', 'notified'],
    ['ObjectRemoved:DeleteMarkerCreated', 'removed', 'notified'],
    ['LifecycleExpiration:Delete', 'expired', 'notified'],
    ['ObjectRestore:Completed', 'restored', 'notified'],
    ['ObjectRestore:Post', 'restore-started', 'annotation'],
    ['ObjectRestore:Delete', 'restore-expired', 'annotation'],
    ['ObjectTagging:Put', 'tagged', 'annotation'],
    ['ObjectAcl:Put', 'acl-changed', 'annotation'],
    ['LifecycleTransition', 'transitioned', 'annotation'],
    ['IntelligentTiering', 'tiered', 'annotation'],
    ['Replication:OperationFailedReplication', 'replication', 'annotation'],
    ['ObjectFuture:Something', 'other', 'annotation'],
  ])('%s is %s and %s', (eventName, type, kind) => {
    expect(buildObjectEvent({ eventName })).toMatchObject({ type, kind })
  })

  test.each([
    ['none', null],
    ["LocalStack's constant", '0055AED6DCD90281E5'],
    ['one that is not hex', 'Happy Sequencer'],
  ])('a change whose sequencer is %s is only observed', (_, sequencer) => {
    const event = buildObjectEvent({ sequencer })

    expect(event.kind).toBe('observed')
    expect(event).not.toHaveProperty('order')
  })

  test('a replayed event is observed even if it carries a sequencer', () => {
    expect(buildObjectEvent({ eventSource: 'fanout:replay' })).toMatchObject({ kind: 'observed', source: 'replay' })
  })
})

describe('the id of an event', () => {
  test('is the same for a repeat that differs in padding and case of the sequencer', () => {
    const first = buildObjectEvent({ sequencer: '00678ff0c11a2b3c01' })
    const repeat = buildObjectEvent({
      sequencer: '00678FF0C11A2B3C0100',
      requestId: 'OTHER',
      eventTime: '2026-02-01T00:00:00Z',
    })

    expect(repeat.id).toBe(first.id)
  })

  test('tells two taggings of one version apart by time and by request', () => {
    const tagging = { eventName: 'ObjectTagging:Put', sequencer: null }
    const ids = [
      buildObjectEvent(tagging),
      buildObjectEvent({ ...tagging, requestId: 'OTHER' }),
      buildObjectEvent({ ...tagging, eventTime: '2026-02-01T00:00:00.000Z' }),
    ].map((event) => event.id)

    expect(new Set(ids).size).toBe(3)
  })

  test('tells uploads apart under an emulator that sends one sequencer for all', () => {
    const constant = { sequencer: '0055AED6DCD90281E5' }

    expect(buildObjectEvent({ ...constant, requestId: 'A' }).id).not.toBe(
      buildObjectEvent({ ...constant, requestId: 'B' }).id,
    )
  })

  test.each([
    ['bucket', { bucket: 'other' }],
    ['key', { key: 'other.jpg' }],
    ['versionId', { versionId: 'v2' }],
    ['eventName', { eventName: 'ObjectCreated:Copy' }],
    ['sequencer', { sequencer: '00678FF0C11A2B3C02' }],
  ])('depends on %s', (_, overrides) => {
    expect(buildObjectEvent(overrides).id).not.toBe(buildObjectEvent().id)
  })
})
