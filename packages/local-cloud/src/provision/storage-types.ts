import type { TableSpec } from '../dynamodb/dynamodb.ts'
import type { BucketSpec, ResourceType } from './resource-type.ts'

interface BucketProperties {
  BucketName?: string
  BucketNamePrefix?: string
  BucketNamespace?: 'global' | 'account-regional'
  VersioningConfiguration?: { Status: string }
  NotificationConfiguration?: { TopicConfigurations?: TopicConfiguration[] }
}

interface TopicConfiguration {
  Event: string
  Topic: string
  Filter?: { S3Key: { Rules: { Name: string; Value: string }[] } }
}

const bucket: ResourceType<BucketProperties> = {
  acts: 'BucketName BucketNamePrefix BucketNamespace VersioningConfiguration NotificationConfiguration',
  keeps: 'BucketEncryption LifecycleConfiguration OwnershipControls PublicAccessBlockConfiguration Tags',
  name: ({ BucketName: given, BucketNamePrefix: prefix, BucketNamespace: namespace }, generate, site) => {
    const generated = namespace === 'account-regional' ? `${prefix}-${site.accountId}-${site.region}-an` : generate(63)
    return given ?? generated.toLowerCase()
  },
  attributes: (name, { region }) => ({
    Arn: `arn:aws:s3:::${name}`,
    DomainName: `${name}.s3.amazonaws.com`,
    RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
  }),
  make: ({ VersioningConfiguration: versioning, NotificationConfiguration: configuration = {} }, name, { s3 }) => {
    const { TopicConfigurations: topics = [], ...others } = configuration
    const [other] = Object.keys(others)
    if (other) throw new Error(`NotificationConfiguration.${other} is not modelled`)
    return s3.createBucket(name, {
      versioned: versioning?.Status === 'Enabled',
      notifications: topics.map(toNotification),
    })
  },
}

function toNotification({ Event: event, Topic: topicArn, Filter: filter }: TopicConfiguration) {
  const notification: BucketSpec['notifications'][number] = { event, topicArn }
  for (const { Name: name, Value: value } of filter?.S3Key.Rules ?? []) {
    notification[name.toLowerCase() === 'prefix' ? 'prefix' : 'suffix'] = value
  }
  return notification
}

type TableProperties = TableSpec & { TimeToLiveSpecification?: { AttributeName?: string; Enabled: boolean } }

const table: ResourceType<TableProperties> = {
  acts: 'TableName KeySchema AttributeDefinitions GlobalSecondaryIndexes TimeToLiveSpecification',
  keeps: 'BillingMode DeletionProtectionEnabled PointInTimeRecoverySpecification Replicas SSESpecification Tags',
  name: ({ TableName: given }, generate) => given ?? generate(255),
  attributes: (name, { region, accountId }) => ({ Arn: `arn:aws:dynamodb:${region}:${accountId}:table/${name}` }),
  make: ({ TimeToLiveSpecification: ttl, ...properties }, name, { dynamodb }) => {
    const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = properties
    const spec = { KeySchema, AttributeDefinitions, ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }) }
    return dynamodb.createTable({ TableName: name, ...spec }, ttl?.Enabled ? ttl.AttributeName : undefined)
  },
}

export const storageTypes = {
  'AWS::S3::Bucket': bucket,
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
}
