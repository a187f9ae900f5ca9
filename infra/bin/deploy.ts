import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm'
import { stackName } from '../lib/fanout-stack.ts'
import { hubParameterNames } from '../lib/hub-parameters.ts'
import { keepsData, type Stage } from '../lib/stages.ts'
import { findLosses, readChanges } from './changes.ts'
import { runCdk } from './run-cdk.ts'
import { openTarget } from './target.ts'

/**
 * Deploys what was synthesized into `cdk.out` of `folder`, after telling where to.
 * @throws Error for a subscriber that has no hub there, and for a change that takes data away from a stage that keeps it
 */
export async function deploy(folder: string, app: 'hub' | 'subscriber', stage: Stage): Promise<void> {
  const { region } = await openTarget(stage)
  if (app === 'subscriber') await requireHub(stage, region)
  if (keepsData(stage)) refuseLosses(findLosses(await readChanges(folder, region)))
  // The pattern and not --all: an assembly of another stage is then refused.
  const stacks = stackName(stage, '*')
  runCdk(folder, region, ['deploy', stacks, '--app', 'cdk.out', '--require-approval', 'never', ...takeOver(stage)])
}

/** Buckets and tables that outlived an earlier stack come back into the new one by their names. */
const takeOver = (stage: Stage): string[] => (keepsData(stage) ? ['--import-existing-resources'] : [])

async function requireHub(stage: Stage, region: string): Promise<void> {
  const Name = hubParameterNames(stage.name).topicArn
  try {
    await new SSMClient({ region }).send(new GetParameterCommand({ Name }))
  } catch (cause) {
    if (!(cause instanceof ParameterNotFound)) throw cause
    throw new Error(
      `no hub of stage ${stage.name} in ${region} (no parameter ${Name}), deploy it first: STAGE=${stage.name} pnpm turbo run deploy --filter=@fanout/infra`,
      { cause },
    )
  }
}

/** @throws Error naming every resource that would be replaced or removed with what it holds */
export function refuseLosses(losses: readonly string[]): void {
  if (losses.length > 0) throw new Error(`this would take data away: ${losses.join(', ')}`)
}
