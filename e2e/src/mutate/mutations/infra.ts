import { mutationsOf } from '../mutation.ts'

/** One for every promise that the templates make. */
export const infra = mutationsOf('infra', [
  {
    breaks: 'visibility is at least six times the time-out, and the window',
    file: 'lib/subscriber.ts',
    find: `Duration.seconds(timeout.toSeconds() * 6 + (batchWindow?.toSeconds() ?? 0))`,
    replace: `Duration.seconds(timeout.toSeconds() * 6)`,
  },
  {
    breaks: "the receive count is above the handler's limit",
    file: 'lib/subscriber.ts',
    find: `maxReceiveCount: MAX_ATTEMPTS + 5`,
    replace: `maxReceiveCount: MAX_ATTEMPTS`,
  },
  {
    breaks: 'dead letters stay longer than messages',
    file: 'lib/subscriber.ts',
    find: `retentionPeriod: Duration.days(14),`,
    replace: `retentionPeriod: Duration.days(4),`,
  },
  {
    breaks: 'one failed message does not bring back its batch',
    file: 'lib/subscriber.ts',
    find: `reportBatchItemFailures: true,`,
    replace: `reportBatchItemFailures: false,`,
  },
  {
    breaks: 'a mapping has a maximum concurrency',
    file: 'lib/subscriber.ts',
    find: `    maxConcurrency: props.maxConcurrency ?? 10,\n`,
    replace: ``,
  },
  {
    breaks: 'a subscription has a dead-letter queue',
    file: 'lib/subscriber.ts',
    find: `    redrivePolicy: { deadLetterTargetArn: deadLetters.queueArn },\n`,
    replace: ``,
  },
  {
    breaks: "the queues' policies are bound to the topic",
    file: 'lib/subscriber.ts',
    find: `        conditions: { ArnEquals: { 'aws:SourceArn': hub.topicArn } },\n`,
    replace: ``,
  },
  {
    breaks: 'the subscription waits for both policies',
    file: 'lib/subscriber.ts',
    find: `subscription.node.addDependency(queue.node.findChild('Policy'), deadLetters.node.findChild('Policy'))`,
    replace: `subscription.node.addDependency(queue.node.findChild('Policy'))`,
  },
  {
    breaks: 'messages arrive raw',
    file: 'lib/subscriber.ts',
    find: `rawMessageDelivery: true,`,
    replace: `rawMessageDelivery: false,`,
  },
  {
    breaks: "the topic's policy is bound to the account",
    file: 'lib/object-event-hub.ts',
    find: `        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },\n`,
    replace: ``,
  },
  {
    breaks: "the topic's policy is bound to the bucket",
    file: 'lib/object-event-hub.ts',
    find: `        ArnEquals: { 'aws:SourceArn': uploadsArn },\n`,
    replace: ``,
  },
  {
    breaks: 'the uploads bucket keeps versions',
    file: 'lib/object-event-hub.ts',
    find: `    versioned: true,\n`,
    replace: ``,
  },
  {
    breaks: 'delete markers without versions go',
    file: 'lib/object-event-hub.ts',
    find: `, expiredObjectDeleteMarker: true },`,
    replace: ` },`,
  },
  {
    breaks: 'buckets are reached by TLS only',
    file: 'lib/storage-props.ts',
    find: `    enforceSSL: true,\n    removalPolicy: stage.removalPolicy,\n  } satisfies BucketProps`,
    replace: `    removalPolicy: stage.removalPolicy,\n  } satisfies BucketProps`,
  },
  {
    breaks: 'queues are reached by TLS only',
    file: 'lib/storage-props.ts',
    find: `    enforceSSL: true,\n  } satisfies QueueProps`,
    replace: `  } satisfies QueueProps`,
  },
  {
    breaks: 'no bucket is public',
    file: 'lib/storage-props.ts',
    find: `    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,\n`,
    replace: `    blockPublicAccess: BlockPublicAccess.BLOCK_ACLS,\n`,
  },
  {
    breaks: 'queues are encrypted with the key of the stage',
    file: 'lib/storage-props.ts',
    find: `{ encryption: QueueEncryption.KMS, encryptionMasterKey: key, dataKeyReuse: Duration.hours(1) }`,
    replace: `{ encryption: QueueEncryption.SQS_MANAGED }`,
  },
  {
    breaks: 'S3 may use the key of the stage for the topic',
    file: 'lib/hub-key.ts',
    find: `  key.addToResourcePolicy(statement('s3.amazonaws.com', uploadsBucketArn))\n`,
    replace: ``,
  },
  {
    breaks: 'logs go after a while',
    file: 'lib/subscriber.ts',
    find: `{ retention: stage.logRetention, removalPolicy: stage.removalPolicy }`,
    replace: `{ removalPolicy: stage.removalPolicy }`,
  },
  {
    breaks: 'a function may only read the uploads bucket',
    file: 'lib/function-role.ts',
    find: `allow(['s3:GetObject', 's3:GetObjectVersion'], `,
    replace: `allow(['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'], `,
  },
  {
    breaks: 'a function has exactly the actions that it needs',
    file: 'lib/function-role.ts',
    find: `allow(['sqs:SendMessage'], deadLetters.queueArn),`,
    replace: `allow(['sqs:*'], deadLetters.queueArn),`,
  },
  {
    breaks: "a filter is not over SNS's complexity limit",
    file: 'lib/subscription-filter.ts',
    find: `if (complexity <= 150) return`,
    replace: `if (complexity <= 1500) return`,
  },
])
