import { PROJECT } from '@fanout/schemas'
import { CfnQueryDefinition, type LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Stage } from './stages.ts'

/** Questions about one function's log, ready in the console of CloudWatch Logs Insights. */
const QUERIES = {
  Failures: [
    'fields @timestamp, level, message, key, reason, receiveCount, requestId',
    'filter level in ["WARN", "ERROR"]',
    'sort @timestamp desc',
    'limit 200',
  ],
  FailuresByReason: [
    'filter level in ["WARN", "ERROR"]',
    'stats count(*) as events by message, reason',
    'sort events desc',
  ],
  OneObject: [
    'fields @timestamp, message, reason, receiveCount, durationMs, messageId, requestId',
    'filter key = "photos/example.jpg"',
    'sort @timestamp asc',
  ],
  Slowest: [
    'fields @timestamp, durationMs, message, key, requestId',
    'filter ispresent(durationMs)',
    'sort durationMs desc',
    'limit 50',
  ],
}

export function addSavedQueries(parent: Construct, name: string, stage: Stage, logs: LogGroup): void {
  const scope = new Construct(parent, 'Queries')
  for (const [id, lines] of Object.entries(QUERIES)) {
    new CfnQueryDefinition(scope, id, {
      // The console shows the slashes as folders.
      name: `${PROJECT}/${stage.name}/${name}/${id}`,
      queryString: lines.join('\n| '),
      logGroupNames: [logs.logGroupName],
    })
  }
}
