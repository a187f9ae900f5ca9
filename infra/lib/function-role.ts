import { type Acknowledgment, Validations } from 'aws-cdk-lib'
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { Hub } from './hub-parameters.ts'

export interface FunctionRoleProps {
  readonly hub: Hub
  readonly queue: Queue
  readonly deadLetters: Queue
  readonly logs: LogGroup
  readonly readsUploads: boolean
  /** For the subscriber's own buckets and tables. */
  readonly own: { readonly statements: readonly PolicyStatement[]; readonly acknowledgments: readonly Acknowledgment[] }
}

/** The role of one function: every action by its name, on this subscriber's resources and the hub's. */
export function createFunctionRole(scope: Construct, props: FunctionRoleProps): Role {
  const { hub, queue, deadLetters, logs, readsUploads, own } = props
  const statements = [
    allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      queue.queueArn,
    ),
    allow(['sqs:SendMessage'], deadLetters.queueArn),
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logs.logGroupArn),
    ...own.statements,
  ]
  if (readsUploads) {
    statements.push(
      allow(['s3:GetObject'], `${hub.uploadsBucketArn}/*`),
      // Without it S3 answers 403 for an object that is gone, which looks like a missing permission.
      allow(['s3:ListBucket'], hub.uploadsBucketArn),
    )
  }
  if (hub.deliveriesTable) statements.push(allow(['dynamodb:PutItem'], hub.deliveriesTable.arn))
  if (hub.keyArn !== undefined) statements.push(allow(KEY_ACTIONS, hub.keyArn))

  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { Function: new PolicyDocument({ statements }) },
  })
  Validations.of(role).acknowledge(...own.acknowledgments)
  if (readsUploads) {
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::<HubUploadsBucket>/*]',
      reason: 'Any object may be uploaded, and the function may only read it.',
    })
  }
  return role
}

/** What SQS, S3 and DynamoDB ask of a caller for data under a customer managed key. */
const KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
]

function allow(actions: string[], resource: string): PolicyStatement {
  return new PolicyStatement({ actions, resources: [resource] })
}
