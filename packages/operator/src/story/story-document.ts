import type { ObjectStory } from './object-story.ts'
import { tellStory } from './tell-story.ts'

/** The story as JSON: null where there is nothing to say. */
export const storyDocument = (story: ObjectStory) => ({
  key: story.key,
  object: story.object
    ? {
        ...story.object,
        lastModified: story.object.lastModified.toISOString(),
        isArchived: story.object.isArchived ?? false,
      }
    : null,
  story: tellStory(story).map(({ at, type, who, text, lagMs }) => ({ at, type, who, text, lagMs: lagMs ?? null })),
  events: story.events.map(({ eventId, eventName, eventTime, versionId, size, eTag, principalId, sourceIp }) => ({
    eventId,
    eventName,
    eventTime,
    versionId: versionId ?? null,
    size: size ?? null,
    eTag: eTag ?? null,
    principalId: principalId ?? null,
    sourceIp: sourceIp ?? null,
  })),
  deliveries: story.deliveries.map((record) => ({
    settledAt: record.settledAt,
    subscriber: record.subscriber,
    outcome: record.outcome,
    reason: record.reason ?? null,
    detail: record.detail ?? null,
    attempts: record.attempts,
    lagMs: record.lagMs,
    durationMs: record.durationMs,
    eventName: record.eventName,
    eventTime: record.eventTime,
    eventId: record.eventId,
    replay: record.replay ?? false,
    redrives: record.redrives ?? 0,
  })),
  deadLetters: story.deadLetters.map(
    ({ subscriber, messageId, kind, errorName, reason, attempts, redrives, sentAt }) => ({
      subscriber,
      messageId,
      kind,
      errorName: errorName ?? null,
      reason,
      attempts,
      redrives,
      sentAt,
    }),
  ),
  outputs: story.outputs,
})
