import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs'
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import type { SubscriberRegistration } from '@fanout/schemas'
import type { Target } from '../stage/stage.ts'
import { isAskedFor, toLogEntry, type LogEntry, type LogQuery } from './log-entry.ts'

/** What a function on AWS logged, older lines first. */
export async function* readAwsLog(
  { settingsFor }: Pick<Target, 'settingsFor'>,
  { functionName }: Pick<SubscriberRegistration, 'functionName'>,
  query: LogQuery,
): AsyncGenerator<LogEntry> {
  const logGroupName = await findLogGroup(settingsFor('LAMBDA'), functionName)
  const client = new CloudWatchLogsClient(settingsFor('CLOUDWATCH_LOGS'))
  try {
    const input = {
      logGroupName,
      startTime: query.since === undefined ? undefined : Date.parse(query.since),
      filterPattern: patternFor(query),
    }
    for await (const { events = [] } of paginateFilterLogEvents({ client }, input)) {
      for (const { message = '', timestamp } of events) {
        const loggedAt = timestamp === undefined ? undefined : new Date(timestamp).toISOString()
        const entry = toLogEntry(message.trimEnd(), loggedAt)
        if (entry && isAskedFor(entry, query)) yield entry
      }
    }
  } finally {
    client.destroy()
  }
}

/** When the function logged last, as ISO 8601. */
export async function lastAwsActivity(
  { settingsFor }: Pick<Target, 'settingsFor'>,
  { functionName }: Pick<SubscriberRegistration, 'functionName'>,
): Promise<string | undefined> {
  const logGroupName = await findLogGroup(settingsFor('LAMBDA'), functionName)
  const client = new CloudWatchLogsClient(settingsFor('CLOUDWATCH_LOGS'))
  try {
    const { logStreams: [stream] = [] } = await client.send(
      new DescribeLogStreamsCommand({ logGroupName, orderBy: 'LastEventTime', descending: true, limit: 1 }),
    )
    const time = stream?.lastEventTimestamp
    return time === undefined ? undefined : new Date(time).toISOString()
  } finally {
    client.destroy()
  }
}

/** A rough pattern that saves most of the reading; what it lets through is looked at again. */
function patternFor({ key, requestId }: LogQuery): string | undefined {
  if (requestId !== undefined) return `"${requestId.replaceAll(/["\\]/g, '')}"`
  // The longest part of the key that is in the line as it is: JSON escapes quotes, and long keys are cut short
  const [longest = ''] = (key ?? '').split(/[^\w./ -]+/).toSorted((a, b) => b.length - a.length)
  return longest === '' ? undefined : `"${longest.slice(0, 60)}"`
}

async function findLogGroup(settings: ReturnType<Target['settingsFor']>, functionName: string): Promise<string> {
  const lambda = new LambdaClient(settings)
  try {
    const { LoggingConfig } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }))
    return LoggingConfig?.LogGroup ?? `/aws/lambda/${functionName}`
  } finally {
    lambda.destroy()
  }
}
