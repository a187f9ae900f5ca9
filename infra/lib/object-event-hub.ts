import { PROJECT } from '@fanout/schemas'
import { Aws, Duration, Validations } from 'aws-cdk-lib'
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Bucket, BucketNamespace, CfnBucket } from 'aws-cdk-lib/aws-s3'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { StringParameter } from 'aws-cdk-lib/aws-ssm'
import type { Construct } from 'constructs'
import { addDashboard } from './dashboard.ts'
import { encodeKeyPrefix } from './encode-key-prefix.ts'
import { EVENT_FAMILIES } from './event-families.ts'
import { FanoutStack } from './fanout-stack.ts'
import { addHubAlarms, createAlarmsTopic } from './hub-alarms.ts'
import { createHubKey } from './hub-key.ts'
import { bucketArn, hubParameterNames } from './hub-parameters.ts'
import type { Stage } from './stages.ts'
import { ABORT_INCOMPLETE_UPLOADS, bucketProps, tableProps } from './storage-props.ts'
import { addUnheardObjects } from './unheard-objects.ts'
import { admitUploaders } from './uploaders.ts'

/**
 * The stack that all subscribers share: objects land in the uploads bucket, which tells the topic. It knows no
 * subscriber; they find it by its parameters.
 */
export class ObjectEventHub extends FanoutStack {
  /** @param code the folder that `fanout-bundle` made of the hub's own function */
  constructor(scope: Construct, stage: Stage, code: string) {
    super(scope, 'Hub', stage, 'uploads, and the topic that tells of them')
    const uploadsPrefix = `${PROJECT.toLowerCase()}-${stage.name}-uploads`
    // Known before the bucket exists, so that the policies which the bucket depends on can name it.
    const uploadsArn = bucketArn(this, `${uploadsPrefix}-${Aws.ACCOUNT_ID}-${Aws.REGION}-an`)
    const key = stage.customerKey ? createHubKey(this, stage, uploadsArn) : undefined

    const topic = createTopic(this, uploadsArn, key)
    const uploads = createUploads(this, uploadsPrefix, topic, key)
    admitUploaders(stage, uploads, key)
    const deliveries = stage.deliveryRecords ? createDeliveries(this, key) : undefined
    const alarmsTopicArn = createAlarmsTopic(this, key)
    addHubAlarms(this, topic, alarmsTopicArn)
    addDashboard(this, topic)
    if (deliveries && stage.unheardObjects) {
      addUnheardObjects(this, { code, uploads, deliveries, key, alarmsTopicArn })
    }

    const names = hubParameterNames(stage.name)
    const register = (id: string, parameterName: string, stringValue: string) =>
      new StringParameter(this, id, { parameterName, stringValue })
    register('TopicArnParameter', names.topicArn, topic.topicArn)
    register('UploadsBucketParameter', names.uploadsBucket, uploads.bucketName)
    register('AlarmsTopicArnParameter', names.alarmsTopicArn, alarmsTopicArn)
    if (deliveries) register('DeliveriesTableParameter', names.deliveriesTable, deliveries.tableName)
    if (key) register('KeyArnParameter', names.keyArn, key.keyArn)
  }
}

function createTopic(hub: ObjectEventHub, uploadsArn: string, key: IKey | undefined): Topic {
  const topic = new Topic(hub, 'ObjectEvents', { enforceSSL: true, ...(key ? { masterKey: key } : {}) })
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'UploadsBucketMayPublish',
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        ArnEquals: { 'aws:SourceArn': uploadsArn },
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      },
    }),
  )
  return topic
}

function createUploads(hub: ObjectEventHub, bucketNamePrefix: string, topic: Topic, key: IKey | undefined): Bucket {
  const { stage } = hub
  const bucket = new Bucket(hub, 'Uploads', {
    ...bucketProps(stage, key),
    // In our account's own namespace nobody else can have taken the name. One that is there already is taken over only by
    // its whole name.
    ...(stage.takeOver
      ? { bucketName: stage.takeOver.uploadsBucket }
      : { bucketNamespace: BucketNamespace.ACCOUNT_REGIONAL, bucketNamePrefix }),
    versioned: true,
    lifecycleRules: [
      { ...ABORT_INCOMPLETE_UPLOADS, noncurrentVersionExpiration: Duration.days(30), expiredObjectDeleteMarker: true },
    ],
  })
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'The audit logger keeps who changed which object and when; an access log repeats it at a price per request.',
  })

  // The notification of the CDK's Bucket brings a custom resource and a Lambda function of its own.
  const resource = bucket.node.defaultChild
  if (!CfnBucket.isCfnBucket(resource)) throw new Error('the uploads bucket is not an AWS::S3::Bucket')
  const { events, prefix } = stage.published
  const filter =
    prefix === undefined ? {} : { filter: { s3Key: { rules: [{ name: 'prefix', value: encodeKeyPrefix(prefix) }] } } }
  if (stage.takeOver) resource.bucketNamespace = BucketNamespace.ACCOUNT_REGIONAL
  resource.notificationConfiguration = {
    // CloudFormation takes one event per configuration.
    topicConfigurations: events.map((family) => ({ topic: topic.topicArn, event: EVENT_FAMILIES[family], ...filter })),
  }
  // S3 tries to publish when the notification is set up.
  resource.node.addDependency(topic.node.findChild('Policy'))
  return bucket
}

function createDeliveries(hub: ObjectEventHub, key: IKey | undefined): Table {
  return new Table(hub, 'Deliveries', {
    ...tableProps(hub.stage, key, `${hub.stackName}-Deliveries`),
    partitionKey: { name: 'objectKey', type: AttributeType.STRING },
    sortKey: { name: 'settled', type: AttributeType.STRING },
    timeToLiveAttribute: 'expiresAt',
  })
}
