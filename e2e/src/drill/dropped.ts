import { buildNotification } from '@fanout/event-parsing/testing'
import { REPLAY_SOURCE } from '@fanout/event-parsing'
import type { Bucket } from './bucket.ts'
import type { Operation } from './operation.ts'
import type { Random } from './random.ts'

/** The requests whose events never come. */
export function chooseDropped(operations: readonly Operation[], share: number, random: Random): Set<string> {
  return new Set(operations.filter(() => random.chance(share)).map(({ requestId }) => requestId))
}

/** What a reconcile sends for the keys whose events were dropped: look at them as they are now. */
export function replayDropped(
  operations: readonly Operation[],
  dropped: ReadonlySet<string>,
  bucket: Bucket,
): string[] {
  const keys = new Set(operations.filter(({ requestId }) => dropped.has(requestId)).map(({ key }) => key))
  return [...keys].map((key) => {
    const eventName = bucket.current(key) ? 'ObjectCreated:Put' : 'ObjectRemoved:Delete'
    return buildNotification({ key, eventName, eventSource: REPLAY_SOURCE, sequencer: null, requestId: 'REPLAY' })
  })
}
