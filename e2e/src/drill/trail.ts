import type { ExpectedState } from './expected-state.ts'
import type { Operation } from './operation.ts'
import type { Subscribers } from './subscribers.ts'

type Trail = Subscribers['trail']

/** One entry for every operation, which says what was done to which version, and when. */
export function expectTrail({ trail }: ExpectedState, startedAt: number): Map<string, string> {
  const expected = new Map<string, string>()
  for (const [requestId, operation] of trail) expected.set(requestId, describe(toEntry(operation, startedAt)))
  return expected
}

/** What the trail says of each request. */
export function describeTrail(trail: Trail): { byRequest: Map<string, string>; doubled: number } {
  const byRequest = new Map<string, string>()
  let doubled = 0
  for (const entry of trail.values()) {
    const requestId = entry.requestId ?? entry.entryId
    if (byRequest.has(requestId)) doubled += 1
    byRequest.set(requestId, describe(entry))
  }
  return { byRequest, doubled }
}

interface Entry {
  objectKey: string
  eventName: string
  eventTime: string
  versionId?: string | undefined
  size?: number | undefined
  sequencer?: string | undefined
}

function toEntry({ key, eventName, at, versionId, content, sequencer }: Operation, startedAt: number): Entry {
  const eventTime = new Date(startedAt + at).toISOString()
  return { objectKey: key, eventName, eventTime, versionId, size: content?.bytes.length, sequencer }
}

function describe({ objectKey, eventName, eventTime, versionId, size, sequencer }: Entry): string {
  return JSON.stringify([objectKey, eventName, eventTime, versionId, size, sequencer])
}
