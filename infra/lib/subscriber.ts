import { Duration, Stack, Validations } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type IKey, Key } from 'aws-cdk-lib/aws-kms'
import {
  Architecture,
  Code,
  EventSourceMapping,
  Function as LambdaFunction,
  MetricType,
  Runtime,
} from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { CfnSubscription } from 'aws-cdk-lib/aws-sns'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { StringParameter } from 'aws-cdk-lib/aws-ssm'
import { Construct } from 'constructs'
import type { SubscriberRegistration } from '@fanout/schemas'
import { checkDefinition } from './check-definition.ts'
import type { FunctionDefinition, SubscriberDefinition } from './define-subscriber.ts'
import { FanoutStack } from './fanout-stack.ts'
import { createFunctionRole } from './function-role.ts'
import { type Hub, hubParameterNames, readHub } from './hub-parameters.ts'
import { createOwnResources } from './own-resources.ts'
import { pascalCase } from './pascal-case.ts'
import { addSavedQueries } from './saved-queries.ts'
import type { Stage } from './stages.ts'
import { queueProps } from './storage-props.ts'
import { addSubscriberAlarms } from './subscriber-alarms.ts'
import { subscriptionFilter } from './subscription-filter.ts'

export interface SubscriberProps {
  /** Kebab-case, the name of the app's folder. */
  readonly name: string
  /** The folder that `fanout-bundle` made. */
  readonly code: string
  /** Its further functions: `<name>` for each `src/<name>.handler.ts`. */
  readonly furtherFunctions: readonly string[]
  /** The default export of its infra.ts. */
  readonly definition: SubscriberDefinition
}

/** One subscriber: the hub's topic fills its queue, and the queue feeds its function; once more for each further function. */
export class Subscriber extends FanoutStack {
  constructor(scope: Construct, stage: Stage, { name, code, furtherFunctions, definition }: SubscriberProps) {
    if (name === 'hub') throw new Error('the name hub is taken by the stack that all subscribers share')
    checkDefinition(definition, furtherFunctions)
    super(scope, pascalCase(name), stage, `the subscriber ${name}`)
    const { functions = {}, resources, readsUploads = false, ...main } = definition
    const hub = readHub(this, stage)
    const key = hub.keyArn === undefined ? undefined : Key.fromKeyArn(this, 'Key', hub.keyArn)
    const own = createOwnResources(this, stage, key)
    resources?.(own.resources)

    const shared = { stage, hub, key, own, code: Code.fromAsset(code), readsUploads }
    addFunction(this, { ...main, name, file: 'handler' }, shared)
    for (const further of furtherFunctions) {
      const environment = { ...main.environment, ...functions[further]?.environment }
      const props = { ...main, ...functions[further], environment, name: `${name}-${further}`, file: further }
      addFunction(new Construct(this, pascalCase(further)), props, shared)
    }
  }
}

/** What the functions of one stack share. */
interface Shared {
  readonly stage: Stage
  readonly hub: Hub
  readonly key: IKey | undefined
  readonly own: ReturnType<typeof createOwnResources>
  readonly code: Code
  readonly readsUploads: boolean
}

interface FunctionProps extends FunctionDefinition {
  /** What delivery records and every tool call it. */
  readonly name: string
  /** Its file in the bundle, without `.mjs`. */
  readonly file: string
}

/** A queue that the hub's topic fills, and the function that it feeds. */
function addFunction(scope: Construct, props: FunctionProps, { stage, hub, key, own, code, readsUploads }: Shared) {
  const { maxAttempts = 9 } = props
  const { queue, deadLetters } = createQueues(scope, { ...props, maxAttempts }, key)
  subscribe(scope, hub, queue, deadLetters, props, stage)
  const logs = new LogGroup(scope, 'Logs', { retention: stage.logRetention, removalPolicy: stage.removalPolicy })
  const role = createFunctionRole(scope, { hub, queue, deadLetters, logs, readsUploads, own })
  const fn = new LambdaFunction(scope, 'Function', {
    code,
    handler: `${props.file}.handler`,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: props.memoryMb,
    timeout: props.timeout,
    role,
    logGroup: logs,
    environment: mergeVariables(props.environment, own.names, {
      STAGE: stage.name,
      SUBSCRIBER: props.name,
      POWERTOOLS_SERVICE_NAME: props.name,
      UPLOADS_BUCKET: hub.uploadsBucketName,
      QUEUE_URL: queue.queueUrl,
      DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
      MAX_ATTEMPTS: `${maxAttempts}`,
      RECORDS_IN_FLIGHT: `${props.recordsInFlight ?? 10}`,
      ...(hub.deliveriesTable ? { DELIVERIES_TABLE: hub.deliveriesTable.name } : {}),
    }),
  })
  feed(scope, queue, fn, props, stage)
  addSubscriberAlarms(scope, { name: props.name, stage, hub, queue, deadLetters, fn })
  addSavedQueries(scope, props.name, stage, logs)

  const registration: SubscriberRegistration = {
    name: props.name,
    functionName: fn.functionName,
    queueUrl: queue.queueUrl,
    deadLetterQueueUrl: deadLetters.queueUrl,
    resources: own.names,
  }
  new StringParameter(scope, 'Registration', {
    parameterName: `${hubParameterNames(stage.name).subscribers}${props.name}`,
    stringValue: Stack.of(scope).toJsonString(registration),
  })
}

type QueuesProps = Pick<FunctionProps, 'timeout' | 'batchWindow'> & { readonly maxAttempts: number }

function createQueues(scope: Construct, { timeout, batchWindow, maxAttempts }: QueuesProps, key: IKey | undefined) {
  const deadLetters = new Queue(scope, 'DeadLetters', {
    ...queueProps(key),
    // A message's age counts from its first queue, so this must be well above the 4 days there.
    retentionPeriod: Duration.days(14),
  })
  Validations.of(deadLetters).acknowledge(
    { id: 'AwsSolutions-SQS3', reason: 'It is the dead letter queue.' },
    { id: 'Serverless-SQSRedrivePolicy', reason: 'It is the dead letter queue.' },
  )
  const queue = new Queue(scope, 'Queue', {
    ...queueProps(key),
    retentionPeriod: Duration.days(4),
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6 + (batchWindow?.toSeconds() ?? 0)),
    // Kills, throttles and records that were never started count as receives too, and the function has its own limit.
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: maxAttempts + 5 },
  })
  return { queue, deadLetters }
}

function subscribe(
  scope: Construct,
  hub: Hub,
  queue: Queue,
  deadLetters: Queue,
  props: FunctionProps,
  { published }: Stage,
): void {
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
  const filterPolicy = subscriptionFilter(interest, published)
  const subscription = new CfnSubscription(scope, 'Subscription', {
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

function feed(scope: Construct, queue: Queue, fn: LambdaFunction, props: FunctionProps, stage: Stage): void {
  Validations.of(fn).acknowledge(
    { id: 'Serverless-LambdaDLQ', reason: 'For asynchronous invocations only; this function is fed from a queue.' },
    { id: 'Serverless-LambdaTracing', reason: 'What became of each event is a delivery record and a log line.' },
  )
  const mapping = new EventSourceMapping(scope, 'Mapping', {
    target: fn,
    eventSourceArn: queue.queueArn,
    batchSize: props.batchSize ?? 10,
    ...(props.batchWindow ? { maxBatchingWindow: props.batchWindow } : {}),
    maxConcurrency: Math.min(props.maxConcurrency ?? 10, stage.maxConcurrency),
    reportBatchItemFailures: true,
    metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
  })
  Validations.of(mapping).acknowledge({
    id: 'Serverless-LambdaEventSourceMappingDestination',
    reason: 'There is none for SQS: the deploy would fail. The queue has its dead letter queue.',
  })
}

function mergeVariables(...sources: (Readonly<Record<string, string>> | undefined)[]): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [name, value] of sources.flatMap((source) => Object.entries(source ?? {}))) {
    if (name in variables) throw new Error(`infra.ts: the variable ${name} is there already, choose another name`)
    variables[name] = value
  }
  return variables
}
