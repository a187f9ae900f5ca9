import type { DeadLetter } from './dead-letter.ts'

/** A dead letter as JSON, null where there is nothing to say. All of it, so that it can be sent again by hand. */
export const letterDocument = ({ events, errorName, requestId, ...letter }: DeadLetter) => ({
  ...letter,
  errorName: errorName ?? null,
  requestId: requestId ?? null,
  firstFailedAt: letter.firstFailedAt ?? null,
  lastFailedAt: letter.lastFailedAt ?? null,
  events: events.map(({ id, key, eventName, eventTime }) => ({ id, key, eventName, eventTime })),
})
