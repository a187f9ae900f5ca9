import { METRIC_NAMESPACE, type MetricName, PROJECT } from '@fanout/schemas'
import { Duration } from 'aws-cdk-lib'
import { Dashboard, GraphWidget, type IMetric, SearchExpression } from 'aws-cdk-lib/aws-cloudwatch'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { FanoutStack } from './fanout-stack.ts'

const PERIOD = Duration.minutes(5)

/**
 * The stage at a glance. Subscribers are found by searching when the dashboard is looked at, so a new one needs no edit here
 * and no deploy of the hub.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
export function addDashboard(hub: FanoutStack, objectEvents: Topic): void {
  const stage = hub.stage.name
  const ours = (metric: MetricName, statistic: string) =>
    search(`{${METRIC_NAMESPACE},stage,subscriber} stage="${stage}" MetricName="${metric}"`, statistic)
  // The names of queues and functions begin with their stack's, and CloudWatch searches them word by word.
  const queues = (metric: string, which: string, statistic: string) =>
    search(`{AWS/SQS,QueueName} MetricName="${metric}" ${PROJECT} ${stage} ${which}`, statistic)
  const functions = (metric: string, statistic: string) =>
    search(`{AWS/Lambda,FunctionName} MetricName="${metric}" ${PROJECT} ${stage}`, statistic)

  new Dashboard(hub, 'Dashboard').addWidgets(
    graph('Published events', [
      objectEvents.metricNumberOfMessagesPublished({ period: PERIOD }),
      objectEvents.metricNumberOfNotificationsFailed({ period: PERIOD }),
    ]),
    graph('Done', [ours('Done', 'Sum')]),
    graph('Skipped and rejected', [ours('Skipped', 'Sum'), ours('Rejected', 'Sum')]),
    graph('Lag: median and slowest tenth, ms', [ours('Lag', 'p50'), ours('Lag', 'p90')]),

    graph('Retried', [ours('Retried', 'Sum')]),
    graph('Oldest event in retry, s', [ours('OldestRetry', 'Maximum')]),
    graph('Given up, by reason', [
      search(`{${METRIC_NAMESPACE},stage,subscriber,reason} stage="${stage}" MetricName="Dead"`, 'Sum'),
    ]),
    graph('Waiting dead letters', [queues('ApproximateNumberOfMessagesVisible', 'DeadLetters', 'Maximum')]),

    graph('Waiting messages', [queues('ApproximateNumberOfMessagesVisible', 'NOT DeadLetters', 'Maximum')]),
    graph('In flight', [queues('ApproximateNumberOfMessagesNotVisible', 'NOT DeadLetters', 'Maximum')]),
    graph('Oldest waiting message, s', [queues('ApproximateAgeOfOldestMessage', 'NOT DeadLetters', 'Maximum')]),
    graph('Failed and dropped by the mappings of this region', [
      mappings('FailedInvokeEventCount'),
      mappings('DroppedEventCount'),
    ]),

    graph('Duration: slowest hundredth, ms', [functions('Duration', 'p99')]),
    graph('Running at once', [functions('ConcurrentExecutions', 'Maximum')]),
    graph('Crashes and time-outs', [functions('Errors', 'Sum')]),
    graph('Throttles', [functions('Throttles', 'Sum')]),
  )
}

/** Mappings have no names that tell the stage. */
function mappings(metric: string): SearchExpression {
  return search(`{AWS/Lambda,EventSourceMappingUUID} MetricName="${metric}"`, 'Sum')
}

function search(what: string, statistic: string): SearchExpression {
  const seconds = PERIOD.toSeconds()
  return new SearchExpression({
    expression: `SEARCH('${what}', '${statistic}', ${seconds})`,
    // CloudWatch then labels the lines by what tells them apart.
    label: '',
    period: PERIOD,
  })
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 6, height: 6, leftYAxis: { min: 0 } })
}
