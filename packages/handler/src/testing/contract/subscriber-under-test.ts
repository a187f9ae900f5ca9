import type { EventOverrides } from '@fanout/event-parsing/testing'
import type { SqsHandler } from '../../create-handler.ts'
import type { HandlerParts } from '../../invocation.ts'

/** A subscriber with everything outside of it in memory; each check gets a new one. */
export interface SubscriberUnderTest<Deps extends object> {
  /** What its job calls. The contract makes these calls fail, those of asynchronous functions only. */
  deps: Deps
  /** Its Lambda handler, made of these dependencies in the way of its handler.ts. */
  handler(deps: Deps, parts: Partial<HandlerParts>): SqsHandler
  /**
   * Puts an object into the uploads bucket, such that the job has something to keep of it; two versions differ. May answer
   * what the notification should say (size, eTag). Absent for a job that does not read objects.
   */
  upload?(key: string, version: number): Promise<EventOverrides | void> | EventOverrides | void
  /** Removes the object from the uploads bucket. Absent for a subscriber that hears of no removals. */
  remove?(key: string): Promise<void> | void
  /** All that the subscriber keeps of an object, as plain data without the times of its writing; undefined or empty: nothing. */
  kept(key: string): unknown
  /** With which the keys of its objects end, e.g. `.txt`. Default: `.jpg`. */
  suffix?: string
}
