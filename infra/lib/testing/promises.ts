import { keepsData, type Stage } from '../stages.ts'
import {
  allowed,
  grantsIn,
  isBoundToSourceAndAccount,
  isBoundToTopic,
  isOwnKeyForTheAccount,
  refusesPlainHttp,
  statementsIn,
} from './statements.ts'
import {
  idOf,
  isDeadLetterQueue,
  isQueue,
  isUploads,
  mappingsIn,
  numberAt,
  policiesOf,
  type Resource,
  resourceNamed,
  resourcesIn,
  type TemplateJson,
  valueAt,
} from './template.ts'

/** What breaks the promise in one template: logical ids, with a word on what is wrong where it is not plain. */
type Check = (template: TemplateJson, stage: Stage) => string[]

/** What every synthesized template holds to, by the sentence that says it. */
export const PROMISES: Readonly<Record<string, Check>> = {
  'the visibility timeout is at least six times the timeout of the function plus the batch window': (template) =>
    mappingsIn(template)
      .filter(({ queue, fn, mapping }) => {
        const window = numberAt(mapping, 'MaximumBatchingWindowInSeconds') ?? 0
        return !((numberAt(queue, 'VisibilityTimeout') ?? 0) >= 6 * (numberAt(fn, 'Timeout') ?? NaN) + window)
      })
      .map(({ queue }) => queue.id),

  "a queue's receive count lies five above the function's own limit of attempts": (template) =>
    mappingsIn(template)
      .filter(({ queue, fn }) => {
        const limit = Number(valueAt(fn, 'Environment', 'Variables', 'MAX_ATTEMPTS'))
        return !(Number(valueAt(queue, 'RedrivePolicy', 'maxReceiveCount')) >= limit + 5)
      })
      .map(({ queue }) => queue.id),

  'dead letters are kept for 14 days, longer than the 4 days of their source': (template) =>
    resourcesIn(template, 'AWS::SQS::Queue')
      .filter(
        ({ id, properties }) => properties.MessageRetentionPeriod !== (isDeadLetterQueue(template, id) ? 14 : 4) * DAY,
      )
      .map(({ id }) => id),

  'each queue has a dead-letter queue': (template) =>
    resourcesIn(template, 'AWS::SQS::Queue')
      .filter(
        (queue) =>
          !isDeadLetterQueue(template, queue.id) &&
          !isQueue(template, valueAt(queue, 'RedrivePolicy', 'deadLetterTargetArn')),
      )
      .map(({ id }) => id),

  'each mapping reports the failed items of a batch, not the whole batch': (template) =>
    resourcesIn(template, 'AWS::Lambda::EventSourceMapping')
      .filter(
        ({ properties }) => !JSON.stringify(properties.FunctionResponseTypes)?.includes('ReportBatchItemFailures'),
      )
      .map(({ id }) => id),

  'each mapping has a maximum concurrency, within that of the stage': (template, stage) =>
    resourcesIn(template, 'AWS::Lambda::EventSourceMapping')
      .filter((mapping) => !(Number(valueAt(mapping, 'ScalingConfig', 'MaximumConcurrency')) <= stage.maxConcurrency))
      .map(({ id }) => id),

  'each topic, queue and bucket has exactly one policy': (template) =>
    resourcesIn(template, 'AWS::SNS::Topic', 'AWS::SQS::Queue', 'AWS::S3::Bucket')
      .filter(({ id }) => policiesOf(template, id).length !== 1)
      .map(({ id }) => `${id} has ${policiesOf(template, id).length}`),

  'a topic takes messages only from a named source of this account': (template) =>
    resourcesIn(template, 'AWS::SNS::TopicPolicy')
      .filter(({ properties }) => !allowed(properties).every(isBoundToSourceAndAccount))
      .map(({ id }) => id),

  'a queue and its dead-letter queue take messages only from the topic': (template) =>
    resourcesIn(template, 'AWS::SQS::QueuePolicy')
      .filter(({ properties }) => !allowed(properties).every(isBoundToTopic))
      .map(({ id }) => id),

  'nobody reaches a topic, queue or bucket without TLS': (template) =>
    resourcesIn(template, 'AWS::SNS::TopicPolicy', 'AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy')
      .filter(({ properties }) => !statementsIn(properties).some(refusesPlainHttp))
      .map(({ id }) => id),

  'everything that holds data is encrypted, with the customer key in stages that ask for one': (template, stage) =>
    resourcesIn(template, 'AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::SNS::Topic')
      .filter((resource) => !isEncrypted(resource, stage))
      .map(({ id }) => id),

  'the customer key lets S3, SNS and CloudWatch use it for this account': (template) =>
    resourcesIn(template, 'AWS::KMS::Key')
      .filter(({ properties }) =>
        ['s3', 'sns', 'cloudwatch'].some((service) => {
          const principal = JSON.stringify({ Service: `${service}.amazonaws.com` })
          const grant = allowed(properties).find(({ Principal }) => JSON.stringify(Principal) === principal)
          const actions = [grant?.Action ?? []].flat()
          return (
            !actions.includes('kms:GenerateDataKey') ||
            !actions.includes('kms:Decrypt') ||
            !isBoundToSourceAndAccount(grant)
          )
        }),
      )
      .map(({ id }) => id),

  'no bucket is public': (template) =>
    resourcesIn(template, 'AWS::S3::Bucket')
      .filter((bucket) =>
        ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].some(
          (block) => valueAt(bucket, 'PublicAccessBlockConfiguration', block) !== true,
        ),
      )
      .map(({ id }) => id),

  'uploads are versioned, and every bucket forgets what nobody can reach': (template) =>
    resourcesIn(template, 'AWS::S3::Bucket')
      .filter((bucket) => {
        const rules = JSON.stringify(valueAt(bucket, 'LifecycleConfiguration', 'Rules')) ?? ''
        const wanted = ['AbortIncompleteMultipartUpload']
        if (isUploads(bucket)) wanted.push('NoncurrentVersionExpiration', '"ExpiredObjectDeleteMarker":true')
        const isVersioned = valueAt(bucket, 'VersioningConfiguration', 'Status') === 'Enabled'
        return !wanted.every((rule) => rules.includes(rule)) || (isUploads(bucket) && !isVersioned)
      })
      .map(({ id }) => id),

  'each function logs to a group that forgets when the stage says so': (template, stage) =>
    resourcesIn(template, 'AWS::Lambda::Function')
      .filter((fn) => {
        const group = resourceNamed(template, valueAt(fn, 'LoggingConfig', 'LogGroup'))
        return group?.properties.RetentionInDays !== stage.logRetention
      })
      .map(({ id }) => id),

  'every permission names its actions': (template) =>
    grantsIn(template)
      .filter(
        ({ statement }) =>
          [statement.Action].flat().some((action) => action.includes('*')) && !isOwnKeyForTheAccount(statement),
      )
      .map(({ id, statement }) => `${id} ${[statement.Action].flat().join(' ')}`),

  'every permission names its resources; objects by their bucket, a key in its own policy as *': (template) =>
    grantsIn(template)
      .filter(({ type, statement }) => {
        const resource = JSON.stringify(statement.Resource) ?? ''
        const actions = [statement.Action].flat()
        const objects =
          actions.every((action) => /^s3:\w*(Object|Upload)\w*$/.test(action)) &&
          /^[^*]+\/[^*]*\*"\]\]\}$/.test(resource)
        return resource.includes('*') && !objects && !(type === 'AWS::KMS::Key' && statement.Resource === '*')
      })
      .map(({ id, statement }) => `${id} ${JSON.stringify(statement.Resource)}`),

  'each alarm tells somebody when it fires and when it is over': (template) =>
    resourcesIn(template, 'AWS::CloudWatch::Alarm')
      .filter(
        ({ properties }) =>
          ![properties.AlarmActions, properties.OKActions].every(hasItems) || properties.ActionsEnabled === false,
      )
      .map(({ id }) => id),

  'each subscription has a dead-letter queue, which it may use before it is made': (template) =>
    resourcesIn(template, 'AWS::SNS::Subscription')
      .filter(({ properties }) => properties.Protocol === 'sqs')
      .filter((subscription) => {
        const target = valueAt(subscription, 'RedrivePolicy', 'deadLetterTargetArn')
        const needed = [target, subscription.properties.Endpoint].flatMap((queue) =>
          policiesOf(template, idOf(queue) ?? ''),
        )
        return !isQueue(template, target) || !needed.every((policy) => subscription.dependsOn.includes(policy.id))
      })
      .map(({ id }) => id),

  "no filter is over SNS's limit of complexity": (template) =>
    resourcesIn(template, 'AWS::SNS::Subscription')
      .filter(({ properties }) => complexityOf(properties.FilterPolicy) > 150)
      .map(({ id }) => id),

  'no subscriber may write to the uploads bucket': (template) =>
    grantsIn(template)
      .filter(({ type, statement }) => {
        const writes = [statement.Action].flat().some((action) => action.startsWith('s3:') && !READS.includes(action))
        return type.startsWith('AWS::IAM::') && writes && !isOnOwnBuckets(template, statement.Resource)
      })
      .map(({ id, statement }) => `${id} ${[statement.Action].flat().join(' ')}`),

  'no role has permissions that do not stand in its template': (template) =>
    resourcesIn(template, 'AWS::IAM::Role')
      .filter(({ properties }) => hasItems(properties.ManagedPolicyArns))
      .map(({ id }) => id),

  'there is no custom resource': (template) =>
    resourcesIn(template)
      .filter(({ type }) => /^Custom::|CustomResource/.test(type))
      .map(({ id }) => id),

  'every function is ours: fed by a queue of its own or run by a schedule, on Node 24 and arm64': (template) =>
    resourcesIn(template, 'AWS::Lambda::Function')
      .filter(({ id, properties }) => {
        const isCurrent =
          properties.Runtime === 'nodejs24.x' && JSON.stringify(properties.Architectures) === '["arm64"]'
        const isFed = mappingsIn(template).some(({ fn }) => fn.id === id)
        return !isCurrent || !(isFed || isScheduled(template, id))
      })
      .map(({ id }) => id),

  'every table can be restored to any second of the last weeks': (template) =>
    resourcesIn(template, 'AWS::DynamoDB::Table')
      .filter((table) => valueAt(table, 'PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled') !== true)
      .map(({ id }) => id),

  'what holds data outlives its stack, and what takes its place, in stages that keep their data': (template, stage) =>
    resourcesIn(template, 'AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::KMS::Key')
      .filter(({ deletionPolicy, replacePolicy }) =>
        [deletionPolicy, replacePolicy].some((policy) => policy !== (keepsData(stage) ? 'Retain' : 'Delete')),
      )
      .map(({ id }) => id),

  'no stack exports to another or imports from it': (template) =>
    /Fn::ImportValue|Fn::GetStackOutput|"Export"/.exec(JSON.stringify(template)) ?? [],

  'no template names an account, a region or a secret': (template) =>
    /\b\d{12}\b|\b[a-z]{2}-[a-z]+-\d\b|SecretString|AKIA[A-Z0-9]{16}|-----BEGIN/.exec(JSON.stringify(template)) ?? [],
}

/** Whether a rule with a schedule calls the function, and nothing else may. */
function isScheduled(template: TemplateJson, functionId: string): boolean {
  const names = (value: unknown) => JSON.stringify(value)?.includes(`"${functionId}"`) ?? false
  const rules = resourcesIn(template, 'AWS::Events::Rule').filter(({ properties }) => names(properties.Targets))
  const permissions = resourcesIn(template, 'AWS::Lambda::Permission').filter(({ properties }) =>
    names(properties.FunctionName),
  )
  return rules.some(({ properties }) => 'ScheduleExpression' in properties) && permissions.length === rules.length
}

const DAY = 86_400
const READS = ['s3:GetObject', 's3:ListBucket']

/** Buckets of the same template, by reference; never the uploads bucket, whose events would call the writer again. */
function isOnOwnBuckets(template: TemplateJson, resource: unknown): boolean {
  const own = resourcesIn(template, 'AWS::S3::Bucket').filter((bucket) => !isUploads(bucket))
  return [resource].flat().every((one) => {
    const text = JSON.stringify(one) ?? ''
    return own.some(({ id }) => text.includes(`{"Fn::GetAtt":["${id}","Arn"]}`))
  })
}

function isEncrypted({ type, properties }: Resource, { customerKey }: Stage): boolean {
  const { BucketEncryption, SSESpecification, KmsMasterKeyId } = properties
  const settings = JSON.stringify([BucketEncryption, SSESpecification, KmsMasterKeyId])
  if (customerKey) return /"(Ref|Fn::GetAtt)":(\["Key"|"HubKeyArn")/.test(settings)
  switch (type) {
    case 'AWS::S3::Bucket':
      return settings.includes('AES256')
    case 'AWS::SQS::Queue':
      return properties.SqsManagedSseEnabled === true
    default:
      // DynamoDB encrypts with a key of its own. SNS keeps nothing, and with its own key S3 could not publish.
      return true
  }
}

const hasItems = (value: unknown): boolean => Array.isArray(value) && value.length > 0

/** Values times depth, multiplied over the keys. */
function complexityOf(filter: unknown, depth = 1): number {
  if (typeof filter !== 'object' || filter === null) return 1
  return Object.values(filter).reduce<number>(
    (product, value) => product * (Array.isArray(value) ? value.length * depth : complexityOf(value, depth + 1)),
    1,
  )
}
