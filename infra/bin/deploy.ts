import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { hubParameterNames } from '../lib/hub-parameters.ts'
import type { Stage } from '../lib/stages.ts'

/**
 * Deploys what was synthesized into `cdk.out` of `folder`, after telling where to.
 * @throws Error when that is not where the stage is pinned to, or when a subscriber has no hub there
 */
export async function deploy(folder: string, app: 'hub' | 'subscriber', stage: Stage): Promise<void> {
  const sts = new STSClient({})
  const region = await sts.config.region()
  const { Account: account = '' } = await sts.send(new GetCallerIdentityCommand({}))
  process.stdout.write(`account ${account}  region ${region}  stage ${stage.name}\n`)
  refuseOtherTarget(stage, { account, region })
  if (app === 'subscriber') await requireHub(stage, region)

  const cli = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk')
  // The pattern and not --all: an assembly of another stage is then refused.
  const stacks = `Fanout-${stage.name}-*`
  const args = [cli, 'deploy', stacks, '--app', 'cdk.out', '--require-approval', 'never', '--no-notices']
  const { status } = spawnSync(process.execPath, args, {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, AWS_REGION: region },
  })
  if (status !== 0) throw new Error(`cdk deploy ended with ${status}`)
}

/** A stage is only a label until it says which account and region it is. */
export function refuseOtherTarget(stage: Stage, target: { account: string; region: string }): void {
  for (const pin of ['account', 'region'] as const) {
    const pinned = stage[pin]
    if (pinned !== undefined && pinned !== target[pin]) {
      throw new Error(
        `stage ${stage.name} is pinned to ${pin} ${pinned}, but this is ${target[pin]} (infra/lib/stages.ts)`,
      )
    }
  }
}

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
