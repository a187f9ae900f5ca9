import { expect, test } from 'vitest'
import { priceUploads, totalOf } from '../../src/cost/price-uploads.ts'
import { readRecordedUsage, type SubscriberUsage, type Usage } from '../../src/cost/usage.ts'

const SUBSCRIBER: SubscriberUsage = {
  name: 'word-count',
  requests: { GetObject: 2, HeadObject: 1, PutItem: 2, PutObject: 3 },
  cpuMs: 100,
  memoryMb: 1769,
  recordsInFlight: 10,
  logBytes: 700,
  rowBytes: 1025,
  indexes: 2,
}
const usageOf = (...subscribers: SubscriberUsage[]): Usage => ({
  recordedAt: '2026-11-25',
  uploads: 1,
  bytesPerUpload: 1,
  deliveryRecordBytes: 300,
  subscribers,
})
const dollars = (items: readonly { name: string; dollars: number }[]) =>
  Object.fromEntries(items.map((item) => [item.name, Math.round(item.dollars * 1000) / 1000]))

test('prices each request of a million uploads by its own list price', () => {
  const { core } = priceUploads(usageOf(SUBSCRIBER), 1e6)

  expect(dollars(core)).toEqual({
    'SNS publish': 0.5,
    // Two requests for ten messages
    'SQS receive and delete': 0.08,
    'Lambda invocations': 0.02,
    // 0.1 s of 1.7275 GB at $13.3334 a million
    'Lambda word-count': 2.303,
    'S3 reads': 1.2,
    // A row of one byte more than a kilobyte
    'DynamoDB rows': 1.25,
    'CloudWatch Logs': 0.231,
  })
})

test('lists what is paid on top: records, indexes, renditions, and events that come alone', () => {
  const { increments } = priceUploads(usageOf(SUBSCRIBER), 1e6)

  expect(dollars(increments)).toEqual({
    'delivery records': 0.625,
    'indexes for fanout find': 1.25,
    renditions: 15,
    'arriving one by one instead of ten at a time': 1.179,
  })
})

test('memory below one processor stretches the time, not the price', () => {
  const price = (memoryMb: number) =>
    dollars(priceUploads(usageOf({ ...SUBSCRIBER, requests: {}, memoryMb }), 1e6).core)

  expect(price(256)['Lambda word-count']).toBe(price(1769)['Lambda word-count'])
})

test('waiting is paid for where no other record uses the processor meanwhile', () => {
  const price = (recordsInFlight: number) => {
    const { core } = priceUploads(usageOf({ ...SUBSCRIBER, cpuMs: 1, recordsInFlight }), 1e6)
    return dollars(core)['Lambda word-count'] ?? 0
  }

  expect(price(1)).toBeGreaterThan(5 * price(10))
})

test('fixed costs do not grow with uploads, but with subscribers', () => {
  const monthly = (uploads: number, ...subscribers: SubscriberUsage[]) =>
    totalOf(priceUploads(usageOf(...subscribers), uploads).fixedMonthly)

  expect(monthly(1, SUBSCRIBER)).toBe(monthly(1e9, SUBSCRIBER))
  expect(monthly(1, SUBSCRIBER, SUBSCRIBER)).toBeGreaterThan(monthly(1, SUBSCRIBER))
})

test('the recorded run is one of the three subscribers', async () => {
  const { subscribers } = await readRecordedUsage()

  expect(subscribers.map(({ name }) => name)).toEqual(['audit-logger', 'metadata-indexer', 'thumbnailer'])
})
