import { createHandler } from '@fanout/handler'
import { describeSubscriberContract } from '@fanout/handler/testing'
import { recordEvent } from '../src/record-event.ts'
import { createMemoryTrail } from '../src/testing/index.ts'

describeSubscriberContract('audit-logger', () => {
  const trail = createMemoryTrail()
  return {
    deps: { trail, now: () => 0 },
    handler: (deps, parts) => createHandler((event) => recordEvent(event, deps), parts),
    remove: () => {},
    kept: (key) => [...trail.entries.values()].filter((entry) => entry.objectKey === key).toSorted(byId),
  }
})

const byId = (a: { entryId: string }, b: { entryId: string }) => (a.entryId < b.entryId ? -1 : 1)
