import type { S3Client } from '@aws-sdk/client-s3'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import * as z from 'zod'
import { listObjects } from '../stage/list-objects.ts'
import type { ReplayedObject } from './replay-message.ts'

/** Which objects a replay is about: those of the bucket, or those of a list. */
export const ReplaySource = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('bucket'),
    prefix: z.string(),
    /** Last modified then or later, as ISO 8601. */
    since: z.string().optional(),
    /** Last modified before, as ISO 8601. What is uploaded during a replay has its own event: a replay cannot feed itself. */
    until: z.string(),
  }),
  /** A file with a key a line; one that begins with a quote is JSON, for keys with line breaks. */
  z.object({ type: z.literal('list'), file: z.string() }),
])
export type ReplaySource = z.infer<typeof ReplaySource>

/** The objects page by page, in an order that stays; `after` continues behind what was sent before. */
export async function* readSource(
  s3: S3Client,
  bucket: string,
  source: ReplaySource,
  after?: { key: string; count: number },
): AsyncGenerator<ReplayedObject[]> {
  if (source.type === 'list') return yield* readList(source.file, after?.count ?? 0)
  const since = Date.parse(source.since ?? '1970-01-01')
  const until = Date.parse(source.until)
  for await (const page of listObjects(s3, bucket, { prefix: source.prefix, after: after?.key })) {
    const wanted = page.filter(({ lastModified }) => lastModified.getTime() >= since && lastModified.getTime() < until)
    if (wanted.length > 0) yield wanted.map(({ key, size, eTag }) => ({ key, size, eTag }))
  }
}

const PAGE = 1000

async function* readList(file: string, skipped: number): AsyncGenerator<ReplayedObject[]> {
  let [line, count] = [0, 0]
  let page: ReplayedObject[] = []
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    line += 1
    if (text === '') continue
    count += 1
    if (count <= skipped) continue
    page.push({ key: keyOfLine(text, line) })
    if (page.length < PAGE) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

function keyOfLine(text: string, line: number): string {
  if (!text.startsWith('"')) return text
  try {
    const key: unknown = JSON.parse(text)
    if (typeof key === 'string') return key
  } catch {
    // told below
  }
  throw new Error(`line ${line} of the list begins with a quote and is not a JSON string`)
}
