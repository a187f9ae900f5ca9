import { Aws, Duration } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { CfnSubscription, Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { addAlarm } from './alarm.ts'
import type { FanoutStack } from './fanout-stack.ts'
import { alarmArns } from './hub-key.ts'

/** Where the stage's alarms go: the topic that the stage names, or one of our own, with the stage's address as its reader. */
export function createAlarmsTopic(hub: FanoutStack, key: IKey | undefined): string {
  const { stage } = hub
  if (stage.alarms && 'topicArn' in stage.alarms) return stage.alarms.topicArn
  // CloudWatch cannot publish to a topic under the key that AWS manages for SNS, and would not say so.
  const topic = new Topic(hub, 'AlarmsTopic', { enforceSSL: true, ...(key ? { masterKey: key } : {}) })
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsMayPublish',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        ArnLike: { 'aws:SourceArn': alarmArns(hub, stage) },
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      },
    }),
  )
  if (stage.alarms) {
    new CfnSubscription(hub, 'AlarmsEmail', {
      topicArn: topic.topicArn,
      protocol: 'email',
      endpoint: stage.alarms.email,
    })
  }
  return topic.topicArn
}

/** SNS counts failed deliveries by topic only, so that these stand in the hub and not beside the subscriber. */
export function addHubAlarms(hub: FanoutStack, objectEvents: Topic, alarmsTopicArn: string): void {
  const scope = new Construct(hub, 'Alarms')
  const statistics = { statistic: Stats.SUM, period: Duration.minutes(5) }
  addAlarm(scope, 'DeliveryFailed', alarmsTopicArn, {
    metric: objectEvents.metricNumberOfNotificationsFailed(statistics),
    above: 0,
    means: 'SNS could not put events into a queue, and put them into its dead-letter queue.',
  })
  addAlarm(scope, 'EventsLost', alarmsTopicArn, {
    metric: objectEvents.metric('NumberOfNotificationsFailedToRedriveToDlq', statistics),
    above: 0,
    means: 'SNS could put events neither into a queue nor into its dead-letter queue: they are lost.',
  })
}
