import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'

export interface AlarmRule {
  readonly metric: IMetric
  /** It fires above this. */
  readonly above: number
  /** For so many of the metric's periods in a row. Default: 1. */
  readonly periods?: number
  /** What it means, in one sentence; docs/operations.md says under the alarm's id what to do. */
  readonly means: string
}

/** An alarm that tells the stage's alarms topic when it fires, and when it is over. What reports nothing is well. */
export function addAlarm(scope: Construct, id: string, topicArn: string, rule: AlarmRule): void {
  const alarm = new Alarm(scope, id, {
    metric: rule.metric,
    threshold: rule.above,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: rule.periods ?? 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: `${rule.means} What to do: docs/operations.md, ${id}.`,
  })
  const tell = { bind: () => ({ alarmActionArn: topicArn }) }
  alarm.addAlarmAction(tell)
  alarm.addOkAction(tell)
}
