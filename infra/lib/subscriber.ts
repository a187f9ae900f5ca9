import { Duration, Validations } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type IKey, Key } from 'aws-cdk-lib/aws-kms'
import { Architecture, Code, EventSourceMapping, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { CfnSubscription } from 'aws-cdk-lib/aws-sns'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { StringParameter } from 'aws-cdk-lib/aws-ssm'
import type { Construct } from 'constructs'
import type { SubscriberRegistration } from '@fanout/schemas'
import type { SubscriberDefinition } from './define-subscriber.ts'
import { FanoutStack } from './fanout-stack.ts'
import { createFunctionRole } from './function-role.ts'
import { type Hub, hubParameterNames, readHub } from './hub-parameters.ts'
import { createOwnResources } from './own-resources.ts'
import type { Stage } from './stages.ts'
import { queueProps } from './storage-props.ts'
import { subscriptionFilter } from './subscription-filter.ts'

export interface SubscriberProps extends SubscriberDefinition {
  /** Kebab-case, the name of the app's folder. */
  readonly name: string
  /** The folder that `fanout-bundle` made. */
  readonly code: string
}

/** How often the function tries a record that keeps failing, before it makes a dead letter of it. */
const MAX_ATTEMPTS = 9

/** One subscriber: the hub's topic fills its queue, and the queue feeds its function. */
export class Subscriber extends FanoutStack {
  constructor(scope: Construct, stage: Stage, props: SubscriberProps) {
    super(scope, pascalCase(props.name), stage, `Fanout ${stage.name}: the subscriber ${props.name}`)
    const hub = readHub(this, stage)
    const key = hub.keyArn === undefined ? undefined : Key.fromKeyArn(this, 'Key', hub.keyArn)

    const { queue, deadLetters } = createQueues(this, props, key)
    subscribe(this, hub, queue, deadLetters, props)
    const own = createOwnResources(this, stage, key)
    props.resources?.(own.resources)
    const logs = new LogGroup(this, 'Logs', { retention: stage.logRetention, removalPolicy: stage.removalPolicy })
    const role = createFunctionRole(this, {
      hub,
      queue,
      deadLetters,
      logs,
      readsUploads: props.readsUploads ?? false,
      own,
    })
    const fn = new LambdaFunction(this, 'Function', {
      code: Code.fromAsset(props.code),
      handler: 'handler.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: props.timeout,
      role,
      logGroup: logs,
      environment: {
        ...props.environment,
        ...own.names,
        STAGE: stage.name,
        SUBSCRIBER: props.name,
        POWERTOOLS_SERVICE_NAME: props.name,
        UPLOADS_BUCKET: hub.uploadsBucketName,
        QUEUE_URL: queue.queueUrl,
        DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
        MAX_ATTEMPTS: `${MAX_ATTEMPTS}`,
        RECORDS_IN_FLIGHT: `${props.recordsInFlight ?? 10}`,
        ...(hub.deliveriesTable ? { DELIVERIES_TABLE: hub.deliveriesTable.name } : {}),
      },
    })
    feed(this, queue, fn, props)

    const registration: SubscriberRegistration = {
      name: props.name,
      functionName: fn.functionName,
      queueUrl: queue.queueUrl,
      deadLetterQueueUrl: deadLetters.queueUrl,
      resources: own.names,
    }
    new StringParameter(this, 'Registration', {
      parameterName: `${hubParameterNames(stage.name).subscribers}${props.name}`,
      stringValue: this.toJsonString(registration),
    })
  }
}

function createQueues(stack: Subscriber, { timeout, batchWindow }: SubscriberProps, key: IKey | undefined) {
  const deadLetters = new Queue(stack, 'DeadLetters', {
    ...queueProps(key),
    // A message's age counts from its first queue, so this must be well above the 4 days there.
    retentionPeriod: Duration.days(14),
  })
  Validations.of(deadLetters).acknowledge(
    { id: 'AwsSolutions-SQS3', reason: 'It is the dead letter queue.' },
    { id: 'Serverless-SQSRedrivePolicy', reason: 'It is the dead letter queue.' },
  )
  const queue = new Queue(stack, 'Queue', {
    ...queueProps(key),
    retentionPeriod: Duration.days(4),
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6 + (batchWindow?.toSeconds() ?? 0)),
    // Kills, throttles and records that were never started count as receives too, and the function has its own limit.
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_ATTEMPTS + 5 },
  })
  return { queue, deadLetters }
}

function subscribe(stack: Subscriber, hub: Hub, queue: Queue, deadLetters: Queue, props: SubscriberProps): void {
  for (const target of [queue, deadLetters]) {
    target.addToResourcePolicy(
      new PolicyStatement({
        sid: 'HubTopicMaySend',
        principals: [new ServicePrincipal('sns.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [target.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': hub.topicArn } },
      }),
    )
  }
  const interest = { events: props.events, prefixes: [props.prefix ?? []].flat() }
  const filterPolicy = subscriptionFilter(interest, stack.stage.published)
  const subscription = new CfnSubscription(stack, 'Subscription', {
    topicArn: hub.topicArn,
    protocol: 'sqs',
    endpoint: queue.queueArn,
    rawMessageDelivery: true,
    ...(filterPolicy ? { filterPolicyScope: 'MessageBody', filterPolicy } : {}),
    // SNS does not retry a delivery that the queue refuses, and the queue's own dead letter queue never sees it.
    redrivePolicy: { deadLetterTargetArn: deadLetters.queueArn },
  })
  subscription.node.addDependency(queue.node.findChild('Policy'), deadLetters.node.findChild('Policy'))
}

function feed(stack: Subscriber, queue: Queue, fn: LambdaFunction, props: SubscriberProps): void {
  Validations.of(fn).acknowledge(
    { id: 'Serverless-LambdaDLQ', reason: 'For asynchronous invocations only; this function is fed from a queue.' },
    { id: 'Serverless-LambdaTracing', reason: 'What became of each event is a delivery record and a log line.' },
  )
  const { batchSize = 10 } = props
  if (batchSize > 10 && !props.batchWindow)
    throw new Error(`batchSize ${batchSize} is more than 10 and needs a batchWindow`)
  const mapping = new EventSourceMapping(stack, 'Mapping', {
    target: fn,
    eventSourceArn: queue.queueArn,
    batchSize,
    ...(props.batchWindow ? { maxBatchingWindow: props.batchWindow } : {}),
    maxConcurrency: props.maxConcurrency ?? 10,
    reportBatchItemFailures: true,
  })
  Validations.of(mapping).acknowledge({
    id: 'Serverless-LambdaEventSourceMappingDestination',
    reason: 'There is none for SQS: the deploy would fail. The queue has its dead letter queue.',
  })
}

function pascalCase(name: string): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new Error(`subscriber name ${JSON.stringify(name)} is not kebab-case`)
  return name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase())
}
