import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CloudFormationClient,
  CloudFormationServiceException,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation'
import { fullDiff, ResourceImpact, type TemplateDiff } from '@aws-cdk/cloudformation-diff'

/** What a deploy would change in one stack. */
export interface StackChanges {
  readonly stack: string
  readonly diff: TemplateDiff
}

/** Compares what was synthesized into `cdk.out` of `folder` with what is deployed. */
export async function readChanges(folder: string, region: string): Promise<StackChanges[]> {
  const cloudFormation = new CloudFormationClient({ region })
  const templates = await readTemplates(join(folder, 'cdk.out'))
  return Promise.all(
    templates.map(async ({ stack, template }) => ({
      stack,
      diff: fullDiff(await deployedTemplate(cloudFormation, stack), template),
    })),
  )
}

/** What holds data, messages included, or is what others hold on to. */
const STATEFUL = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::SQS::Queue', 'AWS::SNS::Topic']
const LOSS = [
  ResourceImpact.WILL_REPLACE,
  ResourceImpact.MAY_REPLACE,
  ResourceImpact.WILL_DESTROY,
  ResourceImpact.WILL_ORPHAN,
]

/** The resources that would be replaced or removed together with what they hold. */
export function findLosses(changes: readonly StackChanges[]): string[] {
  return changes.flatMap(({ stack, diff }) => {
    const losses: string[] = []
    diff.resources.forEachDifference((id, change) => {
      if (!STATEFUL.includes(change.oldResourceType ?? '') || !LOSS.includes(change.changeImpact)) return
      losses.push(`${stack} ${id} (${change.oldResourceType}: ${change.changeImpact.toLowerCase().replace('_', ' ')})`)
    })
    return losses
  })
}

async function deployedTemplate(client: CloudFormationClient, stack: string): Promise<Record<string, unknown>> {
  try {
    const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: stack }))
    return JSON.parse(TemplateBody || '{}')
  } catch (error) {
    // CloudFormation has no error of its own for a stack that is not there.
    const isMissing = error instanceof CloudFormationServiceException && /does not exist/.test(error.message)
    if (isMissing) return {}
    throw error
  }
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<string, { readonly type: string; readonly properties?: { readonly templateFile?: string } }>
  >
}

/** The templates of an assembly, by the names of their stacks. */
export async function readTemplates(assembly: string) {
  const { artifacts }: Manifest = JSON.parse(await readFile(join(assembly, 'manifest.json'), 'utf8'))
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack')
  return Promise.all(
    stacks.map(async ([stack, { properties }]) => ({
      stack,
      template: JSON.parse(await readFile(join(assembly, properties?.templateFile ?? ''), 'utf8')),
    })),
  )
}
