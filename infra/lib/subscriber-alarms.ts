import { METRIC_NAMESPACE, type MetricName } from '@fanout/schemas'
import { Duration } from 'aws-cdk-lib'
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { addAlarm, type AlarmRule } from './alarm.ts'
import type { Hub } from './hub-parameters.ts'
import type { Stage } from './stages.ts'

export interface SubscriberAlarmsProps {
  readonly name: string
  readonly stage: Stage
  readonly hub: Hub
  readonly queue: Queue
  readonly deadLetters: Queue
  readonly fn: LambdaFunction
}

/** What somebody should look at, of one function and its queues. */
export function addSubscriberAlarms(parent: Construct, props: SubscriberAlarmsProps): void {
  const scope = new Construct(parent, 'Alarms')
  for (const [id, rule] of Object.entries(rulesOf(props))) addAlarm(scope, id, props.hub.alarmsTopicArn, rule)
}

function rulesOf({ name, stage, queue, deadLetters, fn }: SubscriberAlarmsProps): Record<string, AlarmRule> {
  const counted = (metricName: MetricName, statistic: string, period = Duration.minutes(5)) =>
    new Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { stage: stage.name, subscriber: name },
      statistic,
      period,
    })
  return {
    DeadLetters: {
      // Not the number sent: what SQS itself moves there does not count as sent.
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(1),
      }),
      above: 0,
      means: `${name} gave up on events, which wait in its dead-letter queue.`,
    },
    Lag: {
      metric: counted('Lag', Stats.percentile(90)),
      above: Duration.minutes(15).toMilliseconds(),
      periods: 2,
      means: `${name} settles one event in ten more than 15 minutes after it happened.`,
    },
    // A function that settles nothing reports no lag.
    OldestMessage: {
      metric: queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period: Duration.minutes(5) }),
      above: Duration.minutes(15).toSeconds(),
      periods: 2,
      means: `Events wait for ${name} for more than 15 minutes.`,
    },
    // Nor does SQS count the age of what was received three times.
    OldestRetry: {
      metric: counted('OldestRetry', Stats.MAXIMUM, Duration.hours(1)),
      above: Duration.hours(1).toSeconds(),
      means: `${name} has been failing on the same event for more than an hour.`,
    },
    FailureRate: {
      metric: failureRate((metricName) => counted(metricName, Stats.SUM)),
      above: 10,
      periods: 3,
      means: `More than 10 % of what ${name} tries fails.`,
    },
    // With partial batch responses these are crashes, time-outs and functions that do not load; never a failed event.
    Errors: {
      metric: fn.metricErrors({ statistic: Stats.SUM, period: Duration.minutes(5) }),
      above: 0,
      periods: 2,
      means: `The function of ${name} dies before it can answer.`,
    },
    Throttles: {
      metric: fn.metricThrottles({ statistic: Stats.SUM, period: Duration.minutes(5) }),
      above: 0,
      periods: 3,
      means: `Lambda has no room for ${name}, and each attempt uses up one receive of its messages.`,
    },
    // SQS stops handing out messages at about 120,000.
    InFlight: {
      metric: queue.metricApproximateNumberOfMessagesNotVisible({
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(1),
      }),
      above: 80_000,
      means: `So many messages of ${name} wait for their next attempt that SQS will soon hand out no others.`,
    },
  }
}

/** In per cent. One failure of a handful is left to the other alarms. */
function failureRate(sumOf: (metricName: MetricName) => Metric): MathExpression {
  return new MathExpression({
    expression: 'IF(tried >= 10, 100 * (FILL(retried, 0) + FILL(dead, 0)) / tried, 0)',
    usingMetrics: {
      tried: new MathExpression({
        expression: 'FILL(done, 0) + FILL(skipped, 0) + FILL(rejected, 0) + FILL(retried, 0) + FILL(dead, 0)',
        usingMetrics: {
          done: sumOf('Done'),
          skipped: sumOf('Skipped'),
          rejected: sumOf('Rejected'),
          retried: sumOf('Retried'),
          dead: sumOf('Dead'),
        },
        period: Duration.minutes(5),
      }),
      retried: sumOf('Retried'),
      dead: sumOf('Dead'),
    },
    label: 'failed, %',
    period: Duration.minutes(5),
  })
}
