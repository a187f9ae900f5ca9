import { Aws, type Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type IKey, Key } from 'aws-cdk-lib/aws-kms'
import { stackName } from './fanout-stack.ts'
import type { Stage } from './stages.ts'

/**
 * The stage's customer managed key. S3, SNS and CloudWatch act for themselves when they pass an event or an alarm on, so the
 * key's own policy must let them: CDK adds nothing and does not warn, and what cannot be encrypted is dropped in silence.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function createHubKey(stack: Stack, stage: Stage, uploadsBucketArn: string): IKey {
  // Its policy is the one that the destroyed hub gave it.
  if (stage.takeOver?.keyArn !== undefined) return Key.fromKeyArn(stack, 'Key', stage.takeOver.keyArn)
  const key = new Key(stack, 'Key', {
    description: stackName(stage, '*'),
    enableKeyRotation: true,
    removalPolicy: stage.removalPolicy,
  })
  key.addToResourcePolicy(statement('s3.amazonaws.com', uploadsBucketArn))
  // The topic is encrypted with this key, so its exact name cannot stand in the key's policy.
  const ourTopics = stack.formatArn({ service: 'sns', resource: `${stack.stackName}-*` })
  key.addToResourcePolicy(statement('sns.amazonaws.com', ourTopics))
  key.addToResourcePolicy(statement('cloudwatch.amazonaws.com', alarmArns(stack, stage)))
  return key
}

/** The ARNs of the alarms of all stacks of the stage. */
export function alarmArns(stack: Stack, stage: Stage): string {
  return `arn:${Aws.PARTITION}:cloudwatch:${stack.region}:${stack.account}:alarm:${stackName(stage, '*')}`
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
