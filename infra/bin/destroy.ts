import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm'
import { join } from 'node:path'
import { hubParameterNames } from '../lib/hub-parameters.ts'
import { keepsData, type Stage } from '../lib/stages.ts'
import { readTemplates } from './changes.ts'
import { emptyBucket } from './empty-bucket.ts'
import { runCdk } from './run-cdk.ts'
import { openTarget } from './target.ts'

/**
 * Removes the stacks of `cdk.out` of `folder`. Buckets are emptied first, with all versions, in stages that keep nothing.
 * @throws Error for a protected stack, for a subscriber whose queues hold messages, for a hub that still has subscribers
 */
export async function destroy(folder: string, app: 'hub' | 'subscriber', stage: Stage): Promise<void> {
  const { region } = await openTarget(stage)
  if (app === 'hub') await refuseSubscribers(stage, region)
  const cloudFormation = new CloudFormationClient({ region })
  for (const { stack } of await readTemplates(join(folder, 'cdk.out'))) {
    const resources = await resourcesOf(cloudFormation, stack)
    if (resources === undefined) {
      process.stdout.write(`${stack} is not there\n`)
      continue
    }
    await refuseProtected(cloudFormation, stack, region)
    await refuseMessages(new SQSClient({ region }), named(resources, 'AWS::SQS::Queue'))
    const kept = resources.filter(({ type }) => KEPT.includes(type))
    if (keepsData(stage)) for (const { type, name } of kept) process.stdout.write(`kept: ${type} ${name}\n`)
    else for (const bucket of named(resources, 'AWS::S3::Bucket')) await emptyBucket(bucket, region)
    runCdk(folder, region, ['destroy', stack, '--app', 'cdk.out', '--force'])
  }
}

const KEPT = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::Logs::LogGroup']

interface PhysicalResource {
  readonly type: string
  readonly name: string
}

const named = (resources: readonly PhysicalResource[], wanted: string): string[] =>
  resources.filter(({ type }) => type === wanted).map(({ name }) => name)

/** Undefined for a stack that is not there. */
async function resourcesOf(client: CloudFormationClient, stack: string): Promise<PhysicalResource[] | undefined> {
  try {
    const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: stack }))
    return StackResources.map(({ ResourceType = '', PhysicalResourceId = '' }) => ({
      type: ResourceType,
      name: PhysicalResourceId,
    }))
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined
    throw error
  }
}

async function refuseProtected(client: CloudFormationClient, stack: string, region: string): Promise<void> {
  const { Stacks: [description] = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }))
  if (!description?.EnableTerminationProtection) return
  throw new Error(
    `${stack} is protected. If you mean it: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${stack} --region ${region}`,
  )
}

async function refuseMessages(sqs: SQSClient, queueUrls: readonly string[]): Promise<void> {
  if (process.env.DISCARD_MESSAGES === '1') return
  for (const QueueUrl of queueUrls) {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTS] }))
    const messages = COUNTS.reduce((sum, count) => sum + Number(Attributes[count] ?? 0), 0)
    if (messages === 0) continue
    const queue = QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1)
    throw new Error(`${messages} messages wait in ${queue}: let them be settled, or set DISCARD_MESSAGES=1`)
  }
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const

async function refuseSubscribers(stage: Stage, region: string): Promise<void> {
  const Path = hubParameterNames(stage.name).subscribers
  const names: string[] = []
  for await (const page of paginateGetParametersByPath({ client: new SSMClient({ region }) }, { Path })) {
    for (const { Name = '' } of page.Parameters ?? []) names.push(Name.slice(Path.length))
  }
  if (names.length > 0)
    throw new Error(
      `the hub still has subscribers (${names.toSorted((a, b) => (a < b ? -1 : 1)).join(', ')}): destroy them first`,
    )
}
