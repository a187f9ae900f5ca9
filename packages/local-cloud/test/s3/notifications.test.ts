import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notifications, startS3, topicArn } from './s3-site.ts'

let s3: Awaited<ReturnType<typeof startS3>>
beforeAll(async () => {
  s3 = await startS3()
  await s3.createBucket('uploads', { versioned: true, topics: notifications() })
  await s3.createBucket('plain', { topics: notifications() })
})
afterAll(() => s3.close())

const put = (Key: string, Bucket = 'uploads') => s3.client.send(new PutObjectCommand({ Bucket, Key, Body: 'hello' }))
const remove = (Key: string, Bucket = 'uploads', VersionId?: string) =>
  s3.client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))

test('sends a record as AWS does, in a message of its own', async () => {
  const { VersionId, $metadata } = await put('a dir/é+@.jpg')

  const { message, topicArn: topic, principal } = s3.published.at(-1)!
  expect(topic).toBe(topicArn)
  expect(principal).toEqual({ type: 'service', service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::uploads' })
  expect(JSON.parse(message)).toEqual({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'eu-west-1',
        eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'AWS:000000000000' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': $metadata.requestId, 'x-amz-id-2': expect.any(String) },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: expect.any(String),
          bucket: {
            name: 'uploads',
            ownerIdentity: { principalId: '000000000000' },
            arn: 'arn:aws:s3:::uploads',
          },
          object: {
            key: 'a+dir/%C3%A9%2B%40.jpg',
            size: 5,
            eTag: '5d41402abc4b2a76b9719d911017c592',
            versionId: VersionId,
            sequencer: expect.stringMatching(/^00[0-9A-F]{16}$/),
          },
        },
      },
    ],
  })
})

test('makes the sequencer of the time, and never lower than the last one', async () => {
  for (const key of ['s1', 's2', 's2', 's3']) await put(key)
  await remove('s2')

  const sequencers = s3.records(5).map(({ s3: { object } }) => object.sequencer)
  expect(sequencers).toEqual([...new Set(sequencers)].toSorted((one, other) => (one < other ? -1 : 1)))
  const seconds = Number.parseInt(sequencers[0].slice(2, 10), 16)
  expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(60)
})

test('tells how an object came to be', async () => {
  const at = { Bucket: 'uploads', Key: 'by parts' }
  await put('source')
  await s3.client.send(new CopyObjectCommand({ Bucket: 'uploads', Key: 'copy', CopySource: 'uploads/source' }))
  const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand(at))
  const { ETag } = await s3.client.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: 'part' }))
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
  await s3.client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }))

  expect(s3.records(3).map(({ eventName, s3: { object } }) => [eventName, object.key, object.size])).toEqual([
    ['ObjectCreated:Put', 'source', 5],
    ['ObjectCreated:Copy', 'copy', 5],
    ['ObjectCreated:CompleteMultipartUpload', 'by+parts', 4],
  ])
})

test('tells of removals without size and ETag, and of delete markers with the ETag of nothing', async () => {
  const { VersionId } = await put('removed')
  const { VersionId: marker } = await remove('removed')
  await remove('removed', 'uploads', VersionId)
  await put('removed', 'plain')
  await remove('removed', 'plain')

  const records = s3.records(5).map(({ eventName, s3: { object } }) => ({ eventName, ...object }))
  const sequencer = expect.any(String)
  expect(records.filter(({ eventName }) => eventName !== 'ObjectCreated:Put')).toEqual([
    {
      eventName: 'ObjectRemoved:DeleteMarkerCreated',
      key: 'removed',
      eTag: 'd41d8cd98f00b204e9800998ecf8427e',
      versionId: marker,
      sequencer,
    },
    { eventName: 'ObjectRemoved:Delete', key: 'removed', versionId: VersionId, sequencer },
    { eventName: 'ObjectRemoved:Delete', key: 'removed', sequencer },
  ])
})

test('tells of tags without size and sequencer', async () => {
  const { VersionId } = await put('tagged')
  const at = { Bucket: 'uploads', Key: 'tagged' }
  await s3.client.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }))
  await s3.client.send(new DeleteObjectTaggingCommand(at))

  const object = { key: 'tagged', eTag: '5d41402abc4b2a76b9719d911017c592', versionId: VersionId }
  expect(s3.records(2).map((record) => [record.eventVersion, record.eventName, record.s3.object])).toEqual([
    ['2.3', 'ObjectTagging:Put', object],
    ['2.3', 'ObjectTagging:Delete', object],
  ])
})

test('tells nobody of what changed nothing', async () => {
  const before = s3.published.length

  await remove('never was', 'plain')
  await expect(
    s3.client.send(new PutObjectCommand({ Bucket: 'plain', Key: 'k', Body: 'x', IfMatch: 'y' })),
  ).rejects.toMatchObject({ name: 'NoSuchKey' })

  expect(s3.published.length).toBe(before)
})

test('sends only what a topic asks for', async () => {
  const filter = { prefix: 'in/a+b/', suffix: '.jpg' }
  await s3.createBucket('filtered', { topics: notifications('s3:ObjectCreated:Put', filter) })
  const before = s3.published.length

  for (const key of ['in/a b/1.jpg', 'in/a+b/2.jpg', 'in/a b/3.png', 'x/in/a b/4.jpg']) await put(key, 'filtered')
  await remove('in/a b/1.jpg', 'filtered')

  const sent = s3.records(s3.published.length - before)
  expect(sent.map(({ s3: { object } }) => object.key)).toEqual(['in/a+b/1.jpg'])
})

test('sends a test event when notifications are new or changed, and only then', async () => {
  const settings = { topics: notifications('s3:ObjectCreated:*') }
  const count = async (work: () => Promise<void>) => {
    const before = s3.published.length
    await work()
    return s3.published.length - before
  }

  expect(await count(() => s3.createBucket('tested', settings))).toBe(1)
  expect(await count(() => s3.createBucket('tested', settings))).toBe(0)
  expect(await count(() => s3.createBucket('tested', { topics: notifications() }))).toBe(1)
  expect(JSON.parse(s3.published.at(-1)!.message)).toEqual({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: expect.any(String),
    Bucket: 'tested',
    RequestId: expect.any(String),
    HostId: expect.any(String),
  })
})

test('refuses events that S3 does not have, bad names and missing topics', async () => {
  const refused = (event: string, topic = topicArn) =>
    s3.createBucket('refused', { topics: [{ Events: [event], TopicArn: topic }] })

  await expect(refused('s3:ObjectCreated:Nothing')).rejects.toThrow(/not supported/)
  await expect(refused('s3:ObjectCreated:*', `${topicArn}-missing`)).rejects.toThrow('no such topic')
  await expect(s3.createBucket('Not_A_Bucket')).rejects.toThrow(/not valid/)
  await expect(put('k', 'refused')).rejects.toMatchObject({ name: 'NoSuchBucket' })
})

test('keeps an upload whose event cannot be published, and says so', async () => {
  const lost = `${topicArn}-lost`
  await s3.createBucket('deaf', { topics: [{ TopicArn: lost, Events: ['s3:ObjectCreated:*'] }] })
  s3.missing.add(lost)

  await put('kept', 'deaf')

  await expect.poll(() => s3.site.warnings.at(-1)).toMatch(/ObjectCreated:Put of deaf\/kept was not published/)
})
