import { describe, expect, test } from 'vitest'
import { parseMessage } from '../src/index.ts'
import { buildNotification } from '../src/testing/index.ts'

const envelope = (message: string) =>
  JSON.stringify({ Type: 'Notification', MessageId: 'm', TopicArn: 'arn:aws:sns:eu-west-1:1:t', Message: message })

const testEvent = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Time: 'now', Bucket: 'uploads' })

describe('the forms in which an event arrives', () => {
  test('a raw notification, an SNS envelope and whole Lambda events give the same event', () => {
    const raw = buildNotification({ key: 'a b.jpg' })
    const sqsEvent = JSON.stringify({ Records: [{ eventSource: 'aws:sqs', body: envelope(raw) }] })
    const snsEvent = JSON.stringify({ Records: [{ EventSource: 'aws:sns', Sns: { Message: raw } }] })

    const parsed = [raw, envelope(raw), sqsEvent, snsEvent].map(parseMessage)

    expect(parsed[0]?.events[0]?.key).toBe('a b.jpg')
    for (const other of parsed) expect(other).toEqual(parsed[0])
  })

  test('an s3:TestEvent is recognised, raw and in an envelope', () => {
    expect(parseMessage(testEvent).kind).toBe('test-event')
    expect(parseMessage(envelope(testEvent)).kind).toBe('test-event')
  })

  test('an EventBridge event keeps its key verbatim and has the id of the same notification', () => {
    const sequencer = '00678FF0C11A2B3C01'
    const notified = parseMessage(buildNotification({ key: '100%.jpg', sequencer })).events[0]
    const bridged = parseMessage(
      JSON.stringify({
        source: 'aws.s3',
        'detail-type': 'Object Created',
        time: '2026-01-21T23:21:00Z',
        region: 'eu-west-1',
        detail: {
          version: '0',
          bucket: { name: 'uploads' },
          object: { key: '100%.jpg', size: 3, etag: 'e', sequencer },
          'request-id': 'R',
          requester: '111122223333',
          'source-ip-address': '2001:db8::1',
          reason: 'PutObject',
        },
      }),
    ).events[0]

    expect(bridged).toMatchObject({ key: '100%.jpg', eventName: 'ObjectCreated:Put', source: 'eventbridge' })
    expect(bridged?.id).toBe(notified?.id)
  })

  test.each([
    ['Object Deleted', 'Lifecycle Expiration', 'Delete Marker Created', 'LifecycleExpiration:DeleteMarkerCreated'],
    ['Object Deleted', 'DeleteObject', 'Permanently Deleted', 'ObjectRemoved:Delete'],
    ['Object Restore Completed', undefined, undefined, 'ObjectRestore:Completed'],
    ['Object Tags Added', undefined, undefined, 'ObjectTagging:Put'],
  ])('EventBridge %s (%s, %s) is %s', (detailType, reason, deletionType, eventName) => {
    const detail = { bucket: { name: 'b' }, object: { key: 'k' }, reason, 'deletion-type': deletionType }
    const body = { source: 'aws.s3', 'detail-type': detailType, time: '2026-01-21T23:21:00Z', detail }

    expect(parseMessage(JSON.stringify(body)).events[0]?.eventName).toBe(eventName)
  })
})

describe('what S3 may leave out or add', () => {
  test('accepts newer minor versions and unknown fields, and keeps unknown blocks', () => {
    const body = buildNotification({ eventVersion: '2.99', details: { brandNewData: { x: 1 } } })

    expect(parseMessage(body).events[0]).toMatchObject({ eventVersion: '2.99', details: { brandNewData: { x: 1 } } })
  })

  test('refuses another major version by name', () => {
    const { kind, failures } = parseMessage(buildNotification({ eventVersion: '3.0' }))

    expect(kind).toBe('unreadable')
    expect(failures[0]?.error).toContain('eventVersion: is not a 2.x version')
  })

  test('accepts a removal without size and eTag, and a version that is null', () => {
    const body = buildNotification({ eventName: 'ObjectRemoved:Delete' }).replace(
      '"sequencer"',
      '"versionId":null,"sequencer"',
    )

    const event = parseMessage(body).events[0]

    expect(event).toMatchObject({ type: 'removed', kind: 'notified' })
    expect(event).not.toHaveProperty('size')
    expect(event).not.toHaveProperty('versionId')
  })

  test('accepts a record with none of the blocks that some emulators leave out', () => {
    const s3 = { bucket: { name: 'b' }, object: { key: 'k', size: 1, eTag: 'e' } }
    const record = { eventVersion: '2.1', eventTime: '2026-01-21T23:21:00Z', eventName: 's3:ObjectCreated:Put', s3 }

    expect(parseMessage(JSON.stringify({ Records: [record] })).events[0]).toMatchObject({
      eventName: 'ObjectCreated:Put',
      kind: 'observed',
    })
  })
})

describe('unreadable records', () => {
  test('one is reported beside its readable neighbours', () => {
    const body = buildNotification({ key: 'a' }, { rawKey: '%E0%A4%A' }, { key: 'c' })

    const { kind, events, failures } = parseMessage(body)

    expect(kind).toBe('events')
    expect(events.map((event) => event.key)).toEqual(['a', 'c'])
    expect(failures).toEqual([
      {
        index: 1,
        error: 'cannot decode key "%E0%A4%A": malformed URL encoding',
        bucket: 'uploads',
        rawKey: '%E0%A4%A',
      },
    ])
  })

  test.each([
    ['{"Records":[', 'message is not JSON'],
    ['hello world', 'message is not JSON'],
    ['"text"', 'message is not a JSON object'],
    ['null', 'message is not a JSON object'],
    ['{"Records":{}}', 'Records is not a list'],
    ['{"Records":[]}', 'Records is empty'],
    ['{"Records":[null]}', 'Invalid input'],
    ['{"a":1}', 'message is neither'],
    [envelope(envelope(envelope(envelope(envelope('{}'))))), 'nested too deep'],
  ])('%s is unreadable', (body, error) => {
    const { kind, failures } = parseMessage(body)

    expect(kind).toBe('unreadable')
    expect(failures[0]?.error).toContain(error)
  })

  test('a record without a key names the field', () => {
    const body = buildNotification({}).replace('"key":"photo.jpg",', '')

    expect(parseMessage(body).failures[0]?.error).toContain('s3.object.key')
  })
})
