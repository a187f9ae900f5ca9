import { arnOf, type Site } from '../api.ts'
import type { DynamoDb, TableSpec } from '../dynamodb.ts'
import type { FunctionConfig, Functions } from '../lambda/functions.ts'
import type { MappingConfig, Mappings } from '../lambda/mappings.ts'
import type { Rule, Schedules } from '../lambda/schedules.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { PolicyDocument } from '../permissions/statement.ts'
import type { S3 } from '../s3/s3.ts'
import { checkSubscription, type Sns, type Subscription } from '../sns/sns.ts'
import type { Sqs } from '../sqs/sqs.ts'
import type { Ssm } from '../ssm.ts'

/** How one CloudFormation type is modelled. */
export interface ResourceType<Properties = never> {
  /** Names of the properties that the local cloud acts on, with spaces between. */
  acts: string
  /** Names of those that change nothing here; `*`: all. */
  keeps: string
  /** The property with its name in AWS, and how long one can be that is generated; absent: always generated. */
  name?: [property: string, longest: number]
  arn?: (name: string, site: Site) => string
  /** What Ref gives; absent: the name. */
  ref?: (name: string, site: Site) => string
  /** What Fn::GetAtt gives, beside Arn. */
  attributes?: (name: string, site: Site) => Record<string, string>
  /** Policies of roles and resources, by their ARNs; in force before anything is made. */
  policies?: (properties: Properties, name: string, site: Site) => [arn: string, document: PolicyDocument][]
  /** Makes it, or gives an existing one these properties. */
  make?: (properties: Properties, name: string, stack: Stack) => void | Promise<void>
  /** Called when the stack no longer has it. */
  remove?: (name: string, stack: Stack) => void | Promise<void>
}

/** The parts of the cloud that resources are made in. */
export interface Parts {
  site: Site
  s3: Pick<S3, 'createBucket'>
  sqs: Sqs
  sns: Sns
  ssm: Ssm
  dynamodb: DynamoDb
  functions: Functions
  mappings: Mappings
  schedules: Schedules
  permissions: Permissions
}

/** `assets`: their folders, by the keys under which the template names them. `subscriptions` are made last, all at once. */
export type Stack = Parts & { assets: Map<string, string>; subscriptions: Subscription[] }

const bucketArn = (name: string) => `arn:aws:s3:::${name}`
const roleArn = (name: string, { accountId }: Site) => `arn:aws:iam::${accountId}:role/${name}`
const topicArn = (name: string, site: Site) => arnOf(site, 'sns', name)
const keyArn = (name: string, site: Site) => arnOf(site, 'kms', `key/${name}`)
const queueUrl = (name: string, { endpoint, accountId }: Site) => `${endpoint}/${accountId}/${name}`

type Rules = { Name: string; Value: string }[]
type Topics = { TopicConfigurations?: { Event: string; Topic: string; Filter?: { S3Key: { Rules: Rules } } }[] }
type BucketProperties = { VersioningConfiguration?: { Status: string }; NotificationConfiguration?: Topics }

const bucket: ResourceType<BucketProperties> = {
  acts: 'BucketName BucketNamePrefix BucketNamespace VersioningConfiguration NotificationConfiguration BucketEncryption',
  keeps: 'LifecycleConfiguration OwnershipControls PublicAccessBlockConfiguration Tags',
  name: ['BucketName', 63],
  arn: bucketArn,
  attributes: (name, { region }) => ({
    DomainName: `${name}.s3.amazonaws.com`,
    RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
  }),
  make: ({ VersioningConfiguration: versioning, NotificationConfiguration: configuration = {} }, name, { s3 }) => {
    const { TopicConfigurations: topics = [], ...others } = configuration
    for (const other of Object.keys(others)) throw new Error(`NotificationConfiguration.${other} is not modelled`)
    const called = topics.map(({ Event, Topic: TopicArn, Filter }) => {
      return { TopicArn, Events: [Event], ...(Filter && { Filter: { Key: { FilterRules: Filter.S3Key.Rules } } }) }
    })
    return s3.createBucket(name, { versioned: versioning?.Status === 'Enabled', topics: called })
  },
}

type TableProperties = TableSpec & { TimeToLiveSpecification?: { AttributeName?: string; Enabled: boolean } }

const table: ResourceType<TableProperties> = {
  acts: 'TableName KeySchema AttributeDefinitions GlobalSecondaryIndexes TimeToLiveSpecification SSESpecification',
  keeps: 'BillingMode DeletionProtectionEnabled PointInTimeRecoverySpecification Replicas Tags',
  name: ['TableName', 255],
  arn: (name, site) => arnOf(site, 'dynamodb', `table/${name}`),
  make: ({ TimeToLiveSpecification: ttl, ...spec }, TableName, { dynamodb }) =>
    dynamodb.createTable({ ...spec, TableName }, ttl?.Enabled ? ttl.AttributeName : undefined),
}

const parameter: ResourceType<{ Type: string; Value: string }> = {
  acts: 'Name Type Value',
  keeps: 'Description Tags Tier',
  name: ['Name', 255],
  make: ({ Type: type, Value: value }, name, { ssm }) => {
    if (type !== 'String') throw new Error(`Type ${type} is not modelled`)
    ssm.putParameter(name, value)
  },
  remove: (name, { ssm }) => ssm.removeParameter(name),
}

const queue: ResourceType<object> = {
  acts: `QueueName VisibilityTimeout MessageRetentionPeriod DelaySeconds ReceiveMessageWaitTimeSeconds
    MaximumMessageSize RedrivePolicy KmsMasterKeyId`,
  keeps: 'KmsDataKeyReusePeriodSeconds RedriveAllowPolicy SqsManagedSseEnabled Tags',
  name: ['QueueName', 80],
  arn: (name, site) => arnOf(site, 'sqs', name),
  ref: queueUrl,
  attributes: (name, site) => ({ QueueName: name, QueueUrl: queueUrl(name, site) }),
  make: (properties, name, { sqs }) => void sqs.putQueue(name, { ...properties, QueueName: undefined }),
  remove: (name, { sqs }) => sqs.removeQueue(name),
}

const topic: ResourceType = {
  acts: 'TopicName KmsMasterKeyId',
  keeps: 'DisplayName Tags',
  name: ['TopicName', 256],
  arn: topicArn,
  ref: topicArn,
  attributes: (name, site) => ({ TopicArn: topicArn(name, site), TopicName: name }),
  make: (_, name, { sns }) => void sns.createTopic(name),
}

const subscription: ResourceType<Subscription> = {
  acts: 'TopicArn Protocol Endpoint RawMessageDelivery FilterPolicy FilterPolicyScope RedrivePolicy',
  keeps: '',
  make: (properties, _, { subscriptions }) => {
    // Nobody gets mail from here
    if (properties.Protocol === 'email') return
    checkSubscription(properties)
    subscriptions.push(properties)
  },
}

const lambdaFunction: ResourceType<Omit<FunctionConfig, 'FunctionName'> & { Code: { S3Key?: string } }> = {
  acts: 'FunctionName Code Handler Runtime MemorySize Timeout Environment Role LoggingConfig',
  keeps: 'Architectures Description KmsKeyArn Tags TracingConfig',
  name: ['FunctionName', 64],
  arn: (name, site) => arnOf(site, 'lambda', `function:${name}`),
  make: ({ Code: code, ...properties }, FunctionName, { functions, assets }) => {
    const folder = assets.get(code.S3Key ?? '')
    if (folder === undefined) throw new Error(`Code is not an asset of this assembly: ${JSON.stringify(code)}`)
    return functions.put({ ...properties, FunctionName }, folder)
  },
  remove: (name, { functions }) => functions.remove(name),
}

const eventSourceMapping: ResourceType<Omit<MappingConfig, 'UUID'>> = {
  acts: `FunctionName EventSourceArn BatchSize MaximumBatchingWindowInSeconds FunctionResponseTypes ScalingConfig
    Enabled`,
  keeps: 'MetricsConfig Tags',
  make: (properties, UUID, { mappings }) => mappings.put({ ...properties, UUID }),
  remove: (name, { mappings }) => mappings.remove(name),
}

const functionPermission: ResourceType<{ FunctionName: string; Action: string; Principal: string; SourceArn: string }> =
  {
    acts: 'FunctionName Action Principal SourceArn',
    keeps: '',
    policies: ({ FunctionName: Resource, Action, Principal: Service, SourceArn }) => {
      const Condition = { ArnLike: { 'aws:SourceArn': SourceArn } }
      return [[Resource, { Statement: [{ Effect: 'Allow', Principal: { Service }, Action, Resource, Condition }] }]]
    },
  }

const rule: ResourceType<Rule> = {
  acts: 'Name ScheduleExpression State Targets',
  keeps: 'Description Tags',
  name: ['Name', 64],
  arn: (name, site) => arnOf(site, 'events', `rule/${name}`),
  make: (properties, name, { schedules }) => schedules.put(name, properties),
  remove: (name, { schedules }) => schedules.remove(name),
}

const role: ResourceType<{ Policies?: { PolicyDocument: PolicyDocument }[] }> = {
  acts: 'RoleName Policies',
  keeps: 'AssumeRolePolicyDocument Description MaxSessionDuration Tags',
  name: ['RoleName', 64],
  arn: roleArn,
  policies: ({ Policies: inline = [] }, name, site) => inline.map((one) => [roleArn(name, site), one.PolicyDocument]),
}

const key: ResourceType<{ KeyPolicy: PolicyDocument }> = {
  acts: 'KeyPolicy',
  keeps: 'Description EnableKeyRotation PendingWindowInDays Tags',
  arn: keyArn,
  policies: ({ KeyPolicy: document }, name, site) => [[keyArn(name, site), document]],
}

/** A policy of what `property` names, as Ref gives it. */
function policyOf(
  property: string,
  toArn: (reference: string, site: Site) => string,
): ResourceType<Record<string, string | string[]> & { PolicyDocument: PolicyDocument }> {
  return {
    acts: `${property} PolicyDocument PolicyName`,
    keeps: '',
    policies: ({ [property]: references = [], PolicyDocument: document }, _, site) =>
      [references].flat().map((reference) => [toArn(reference, site), document]),
  }
}

/** A type that other resources may refer to, and that changes nothing here. */
function kept(service: string, path: string, end = ''): ResourceType {
  return { acts: '', keeps: '*', arn: (name, site) => arnOf(site, service, `${path}${name}${end}`) }
}

/** Every CloudFormation type that a template may have. */
export const resourceTypes: Record<string, ResourceType> = {
  'AWS::S3::Bucket': bucket,
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::SSM::Parameter': parameter,
  'AWS::SQS::Queue': queue,
  'AWS::SNS::Topic': topic,
  'AWS::SNS::Subscription': subscription,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::EventSourceMapping': eventSourceMapping,
  'AWS::Lambda::Permission': functionPermission,
  'AWS::Events::Rule': rule,
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': policyOf('Roles', roleArn),
  'AWS::S3::BucketPolicy': policyOf('Bucket', bucketArn),
  'AWS::SNS::TopicPolicy': policyOf('Topics', (arn) => arn),
  'AWS::SQS::QueuePolicy': policyOf('Queues', (url, site) => arnOf(site, 'sqs', url.split('/').at(-1) ?? '')),
  'AWS::KMS::Key': key,
  'AWS::CDK::Metadata': kept('cdk', ''),
  'AWS::CloudWatch::Alarm': kept('cloudwatch', 'alarm:'),
  'AWS::CloudWatch::Dashboard': kept('cloudwatch', 'dashboard/'),
  'AWS::KMS::Alias': kept('kms', 'alias/'),
  'AWS::Logs::LogGroup': kept('logs', 'log-group:', ':*'),
  'AWS::Logs::QueryDefinition': kept('logs', 'query-definition:'),
}
