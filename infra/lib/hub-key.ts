import { Aws, type Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import type { Stage } from './stages.ts'

/**
 * The stage's customer managed key. S3 and SNS act for themselves when they pass an event on, so the key's own policy
 * must let them: CDK adds nothing and does not warn, and SNS drops what it cannot encrypt.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function createHubKey(stack: Stack, stage: Stage, uploadsBucketArn: string): Key {
  const key = new Key(stack, 'Key', {
    description: `Fanout ${stage.name}`,
    enableKeyRotation: true,
    removalPolicy: stage.removalPolicy,
  })
  key.addToResourcePolicy(statement('s3.amazonaws.com', uploadsBucketArn))
  // The topic is encrypted with this key, so its exact name cannot stand in the key's policy.
  const ourTopics = stack.formatArn({ service: 'sns', resource: `${stack.stackName}-*` })
  key.addToResourcePolicy(statement('sns.amazonaws.com', ourTopics))
  return key
}

function statement(service: string, source: string): PolicyStatement {
  return new PolicyStatement({
    principals: [new ServicePrincipal(service)],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    // In a key policy `*` is the key that it belongs to.
    resources: ['*'],
    conditions: {
      StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      ArnLike: { 'aws:SourceArn': source },
    },
  })
}
