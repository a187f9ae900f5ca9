import { METRIC_NAMESPACE, UNHEARD_METRIC } from '@fanout/schemas'
import { Duration, Validations } from 'aws-cdk-lib'
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { addAlarm } from './alarm.ts'
import type { FanoutStack } from './fanout-stack.ts'

export interface UnheardObjectsProps {
  /** The folder that `fanout-bundle` made of `infra/src`. */
  readonly code: string
  readonly uploads: Bucket
  readonly deliveries: Table
  readonly key: IKey | undefined
  readonly alarmsTopicArn: string
}

/**
 * Looks once a day for uploads of which no subscriber has heard: what S3 could not tell the topic leaves no other trace. It
 * only counts; `fanout reconcile --repair` mends.
 */
export function addUnheardObjects(hub: FanoutStack, props: UnheardObjectsProps): void {
  const { stage } = hub
  const scope = new Construct(hub, 'Daily')
  const logs = new LogGroup(scope, 'Logs', { retention: stage.logRetention, removalPolicy: stage.removalPolicy })
  const { prefix } = stage.published
  const fn = new LambdaFunction(scope, 'Function', {
    code: Code.fromAsset(props.code),
    handler: 'handler.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: 256,
    timeout: Duration.minutes(15),
    role: createRole(scope, logs, props),
    logGroup: logs,
    environment: {
      STAGE: stage.name,
      UPLOADS_BUCKET: props.uploads.bucketName,
      DELIVERIES_TABLE: props.deliveries.tableName,
      ...(prefix === undefined ? {} : { PUBLISHED_PREFIX: prefix }),
    },
  })
  Validations.of(fn).acknowledge(
    { id: 'Serverless-LambdaDLQ', reason: 'A run that fails is an alarm, and the next one comes by itself.' },
    { id: 'Serverless-LambdaTracing', reason: 'It runs once a day and calls two services; its log line tells it all.' },
  )
  const rule = new Rule(scope, 'Rule', { schedule: Schedule.rate(Duration.days(1)), targets: [new LambdaTarget(fn)] })
  Validations.of(rule).acknowledge({
    id: 'Serverless-EventBusDLQ',
    reason: 'A day that is left out is made up for by hand, with fanout reconcile.',
  })
  addAlarms(scope, stage.name, fn, props.alarmsTopicArn)
}

function createRole(scope: Construct, logs: LogGroup, { uploads, deliveries, key }: UnheardObjectsProps): Role {
  const allow = (actions: string[], resource: string) => new PolicyStatement({ actions, resources: [resource] })
  const statements = [
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logs.logGroupArn),
    allow(['s3:ListBucket'], uploads.bucketArn),
    allow(['dynamodb:Query'], deliveries.tableArn),
    ...(key ? [allow(['kms:Decrypt', 'kms:DescribeKey'], key.keyArn)] : []),
  ]
  return new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { Function: new PolicyDocument({ statements }) },
  })
}

function addAlarms(scope: Construct, stage: string, fn: LambdaFunction, alarmsTopicArn: string): void {
  addAlarm(scope, 'UnheardObjects', alarmsTopicArn, {
    metric: new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: UNHEARD_METRIC,
      dimensionsMap: { stage },
      statistic: Stats.MAXIMUM,
      period: Duration.days(1),
    }),
    above: 0,
    means: 'Objects were uploaded of which no subscriber has heard.',
  })
  addAlarm(scope, 'CheckFailed', alarmsTopicArn, {
    metric: fn.metricErrors({ statistic: Stats.SUM, period: Duration.hours(1) }),
    above: 0,
    means: 'Nobody knows whether all uploads were heard of: the daily check failed.',
  })
}
