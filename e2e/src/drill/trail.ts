import type { AuditEntry } from '@fanout/schemas'
import type { Operation } from './operation.ts'

/** One entry for every operation of which there was an event: what was done to which version, and when. */
export function expectTrail(notified: readonly Operation[], startedAt?: number): Map<string, string> {
  return new Map(notified.map((operation) => [operation.requestId, describe(toEntry(operation, startedAt))]))
}

/**
 * What the trail says of each request, and how many entries of one request are too many.
 * @param isTimeKnown whether the history says when S3 did what, and in which order
 */
export function describeTrail(
  entries: Iterable<AuditEntry>,
  isTimeKnown = true,
): { byRequest: Map<string, string>; doubled: number } {
  const byRequest = new Map<string, string>()
  let doubled = 0
  for (const entry of entries) {
    const requestId = entry.requestId ?? entry.entryId
    if (byRequest.has(requestId)) doubled += 1
    byRequest.set(requestId, describe(isTimeKnown ? entry : { ...entry, eventTime: undefined, sequencer: undefined }))
  }
  return { byRequest, doubled }
}

interface Entry {
  objectKey: string
  eventName: string
  eventTime: string | undefined
  versionId?: string | undefined
  size?: number | undefined
  sequencer?: string | undefined
}

function toEntry(operation: Operation, startedAt: number | undefined): Entry {
  const { key, eventName, at, versionId, content, sequencer } = operation
  const said = { objectKey: key, eventName, versionId, size: content?.bytes.length }
  if (startedAt === undefined) return { ...said, eventTime: undefined }
  return { ...said, eventTime: new Date(startedAt + at).toISOString(), sequencer }
}

function describe({ objectKey, eventName, eventTime, versionId, size, sequencer }: Entry): string {
  return JSON.stringify([objectKey, eventName, eventTime, versionId, size, sequencer])
}
