import { buildNotification, type EventOverrides } from '@fanout/event-parsing/testing'
import { toError } from '../../to-error.ts'
import { buildLambdaContext, buildSqsEvent } from '../build-invocation.ts'
import type { MemoryQueue } from '../memory-queue.ts'
import { createTestParts } from '../test-handler.ts'
import { createFaults, type Faults } from './faults.ts'
import type { SubscriberUnderTest } from './subscriber-under-test.ts'

/** One subscriber, one bucket and one queue, new for each check. */
export interface Trial {
  /** A key that the subscriber takes. */
  key: (name: string) => string
  /** Changes the bucket, and answers the event about it. */
  upload: (key: string) => Promise<EventOverrides>
  remove: (key: string) => Promise<EventOverrides>
  /** One invocation with one message per list of events; what became of each message. */
  deliver: (messages: (EventOverrides[] | string)[], receiveCount?: number) => Promise<Fate[]>
  kept: (key: string) => Promise<unknown>
  faults: Faults
  deadLetters: MemoryQueue['deadLetters']
  /** What Lambda says is left. */
  context: { remainingMs: number }
}

type Fate = 'acknowledged' | 'comes again'

export function startTrial<Deps extends object>(subscriber: SubscriberUnderTest<Deps>): Trial {
  const faults = createFaults()
  const { parts, queue } = createTestParts()
  // One after the other, so that it is known whose call is the first
  const env = { ...parts.env, RECORDS_IN_FLIGHT: 1 }
  const handler = subscriber.handler(faults.around(subscriber.deps), { ...parts, env })
  const context = buildLambdaContext()
  let events = 0
  const nextEvent = (overrides: EventOverrides): EventOverrides => {
    events += 1
    return {
      sequencer: `00678FF0C11A2B3C${String(events).padStart(2, '0')}`,
      eventTime: `2026-01-21T23:21:${String(events).padStart(2, '0')}.000Z`,
      ...overrides,
    }
  }

  return {
    faults,
    context,
    deadLetters: queue.deadLetters,
    key: (name) => `${name}${subscriber.suffix ?? '.jpg'}`,
    kept: async (key) => subscriber.kept(key),
    async upload(key) {
      const said = await subscriber.upload?.(key, events + 1)
      return nextEvent({ key, size: 1000 + events, ...said })
    },
    async remove(key) {
      await subscriber.remove?.(key)
      return nextEvent({ key, eventName: 'ObjectRemoved:Delete' })
    },
    async deliver(messages, receiveCount = 1) {
      const bodies = messages.map((message) => (typeof message === 'string' ? message : buildNotification(...message)))
      const response = await handler(buildSqsEvent(bodies, { receiveCount }), context).catch((error: unknown) => {
        throw new Error(`the handler threw, which fails the whole batch: ${toError(error).message}`)
      })
      // Lambda takes no answer for "all good"
      const failed = new Set((response?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier))
      return bodies.map((_, index) => (failed.has(`message-${index + 1}`) ? 'comes again' : 'acknowledged'))
    },
  }
}
