import { parseMessage, type ParsedMessage } from '@fanout/event-parsing'
import type { ObjectEvent } from '@fanout/schemas'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { UsageError } from '../exit-codes.ts'
import { whyUnreadable } from './file-errors.ts'
import { resolveTyped } from '../workspace.ts'

/** Reads a message from a file, or from standard input for `-`. */
export async function parseFile(path: string): Promise<ParsedMessage> {
  return parseMessage(path === '-' ? await text(process.stdin) : await readTyped(path))
}

/** An event with every field in place, null where S3 did not say. */
export const withNulls = (event: ObjectEvent) => ({
  bucket: event.bucket,
  key: event.key,
  rawKey: event.rawKey,
  eventName: event.eventName,
  type: event.type,
  kind: event.kind,
  eventTime: event.eventTime,
  size: event.size ?? null,
  eTag: event.eTag ?? null,
  versionId: event.versionId ?? null,
  sequencer: event.sequencer ?? null,
  order: event.order ?? null,
  id: event.id,
  source: event.source,
  eventVersion: event.eventVersion ?? null,
  region: event.region ?? null,
  principalId: event.principalId ?? null,
  sourceIp: event.sourceIp ?? null,
  requestId: event.requestId ?? null,
  hostId: event.hostId ?? null,
  details: event.details ?? null,
})

async function readTyped(path: string): Promise<string> {
  try {
    return await readFile(resolveTyped(path), 'utf8')
  } catch (cause) {
    throw new UsageError(`cannot read ${path}: ${whyUnreadable(cause)}`, { cause })
  }
}
