import type { SubscriberRegistration } from '@fanout/schemas'
import type { Stage } from '../stage/stage.ts'
import { lastLocalActivity, readLocalLog } from './local-log.ts'
import type { LogEntry, LogQuery } from './log-entry.ts'

/** What a subscriber's function logged, older lines first: here from the files that the local cloud's runs leave. */
export async function* readLog(
  stage: Pick<Stage, 'isLocal' | 'settingsFor'>,
  subscriber: SubscriberRegistration,
  root: string,
  query: LogQuery,
): AsyncGenerator<LogEntry> {
  if (stage.isLocal) return yield* readLocalLog(root, subscriber.name, query)
  const { readAwsLog } = await import('./aws-log.ts')
  yield* readAwsLog(stage, subscriber, query)
}

/** When it logged last, as ISO 8601; undefined where it never did. */
export async function readLastActivity(
  stage: Pick<Stage, 'isLocal' | 'settingsFor'>,
  subscriber: SubscriberRegistration,
  root: string,
): Promise<string | undefined> {
  if (stage.isLocal) return await lastLocalActivity(root, subscriber.name)
  const { lastAwsActivity } = await import('./aws-log.ts')
  return await lastAwsActivity(stage, subscriber)
}
