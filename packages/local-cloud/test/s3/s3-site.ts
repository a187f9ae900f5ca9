import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { type BucketSettings, createS3 } from '../../src/s3/s3.ts'
import { createSite, serve } from '../site.ts'

export const topicArn = 'arn:aws:sns:eu-west-1:000000000000:object-events'

/** An S3 behind the gateway, an SDK client for it, and what it publishes. `restart` opens the same data again. */
export async function startS3(config: S3ClientConfig = {}, authorize?: Parameters<typeof createS3>[2]) {
  const dataDir = mkdtempSync(join(tmpdir(), 's3-'))
  const site = createSite({ dataDir })
  const published: { topicArn: string; message: string; principal: unknown }[] = []
  const missing = new Set([`${topicArn}-missing`])
  const publish = (topic: string, message: string, principal: unknown): Promise<unknown> => {
    if (missing.has(topic)) return Promise.reject(new Error('no such topic'))
    return Promise.resolve(published.push({ topicArn: topic, message, principal }))
  }

  async function open() {
    const s3 = createS3(site, publish, authorize)
    const server = await serve(site, { s3: s3.service })
    const client = new S3Client({ ...server.client, ...config })
    const stop = async () => {
      client.destroy()
      await server.close()
      s3.close()
    }
    return { s3, client, stop, endpoint: server.endpoint }
  }

  let running = await open()
  return {
    site,
    published,
    /** ARNs of topics that nothing can be published to. */
    missing,
    get client() {
      return running.client
    },
    get endpoint() {
      return running.endpoint
    },
    createBucket: (name: string, settings: Partial<BucketSettings> = {}) =>
      running.s3.createBucket(name, { versioned: false, topics: [], ...settings }),
    /** The records of the last `count` events. */
    records: (count: number) => published.slice(-count).flatMap(({ message }) => JSON.parse(message).Records ?? []),
    async restart() {
      await running.stop()
      running = await open()
    },
    async close() {
      await running.stop()
      rmSync(dataDir, { recursive: true })
    },
  }
}

export function notifications(event = 's3:*', filter: { prefix?: string; suffix?: string } = {}) {
  const events = event === 's3:*' ? ['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:ObjectTagging:*'] : [event]
  const FilterRules = Object.entries(filter).map(([Name, Value]) => ({ Name, Value }))
  return events.map((one) => ({ TopicArn: topicArn, Events: [one], Filter: { Key: { FilterRules } } }))
}
