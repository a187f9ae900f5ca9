import type { DeliveryRecord } from '@fanout/schemas'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { followDeliveries } from '../../src/main-job/later-deliveries.ts'

const later = (subscriber: string): DeliveryRecord => ({
  objectKey: 'a.txt',
  settled: `2999-01-01T00:00:00.000Z#${subscriber}#e`,
  settledAt: '2999-01-01T00:00:00.000Z',
  subscriber,
  eventId: 'e',
  eventName: 'ObjectCreated:Put',
  eventTime: '2999-01-01T00:00:00.000Z',
  outcome: 'done',
  attempts: 1,
  lagMs: 1,
  durationMs: 1,
  expiresAt: 1,
})

test('reports a delivery once, when something happens while the records are read', async () => {
  const written = [later('audit-logger')]
  const reported: string[] = []
  let reads = 0
  const readDeliveries = async (_key: string, settledSince: string) => {
    reads += 1
    const found = written.filter(({ settled }) => settled >= settledSince)
    // Longer than a look waits: a second reader would find the same
    await sleep(400)
    return found
  }
  const deliveries = followDeliveries(readDeliveries, ({ subscriber }) => reported.push(subscriber))

  deliveries.look('a.txt')
  await vi.waitFor(() => expect(reads).toBe(1))
  written.push(later('thumbnailer'))
  deliveries.look('a.txt')

  await vi.waitFor(() => expect(reported).toContain('thumbnailer'), { timeout: 5000 })
  expect(reported).toEqual(['audit-logger', 'thumbnailer'])
})

test('goes on after a read that failed', async () => {
  const reported: string[] = []
  let reads = 0
  const readDeliveries = async () => {
    reads += 1
    if (reads === 1) throw new Error('closing')
    return [later('audit-logger')]
  }
  const deliveries = followDeliveries(readDeliveries, ({ subscriber }) => reported.push(subscriber))

  deliveries.look('a.txt')
  await vi.waitFor(() => expect(reads).toBe(1))
  deliveries.look('a.txt')

  await vi.waitFor(() => expect(reported).toEqual(['audit-logger']), { timeout: 5000 })
})
