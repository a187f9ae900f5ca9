import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { keepsData, type Stage } from '../lib/stages.ts'

/** Where a command acts. */
export interface Target {
  readonly account: string
  readonly region: string
}

/**
 * Asks AWS who we are and prints it, before anything else is asked or done.
 * @throws Error when that is not where the stage is pinned to
 */
export async function openTarget(stage: Stage): Promise<Target> {
  const sts = new STSClient({})
  const region = await sts.config.region()
  const { Account: account = '' } = await sts.send(new GetCallerIdentityCommand({}))
  process.stdout.write(`account ${account}  region ${region}  stage ${stage.name}\n`)
  refuseOtherTarget(stage, { account, region })
  for (const missing of missingSettings(stage)) {
    process.stdout.write(`warning: stage ${stage.name} keeps its data, but ${missing} (infra/lib/stages.ts)\n`)
  }
  return { account, region }
}

/** A stage is only a label until it says which account and region it is. */
function refuseOtherTarget(stage: Stage, target: Target): void {
  for (const pin of ['account', 'region'] as const) {
    const pinned = stage[pin]
    if (pinned !== undefined && pinned !== target[pin]) {
      throw new Error(
        `stage ${stage.name} is pinned to ${pin} ${pinned}, but this is ${target[pin]} (infra/lib/stages.ts)`,
      )
    }
  }
}

function missingSettings(stage: Stage): string[] {
  if (!keepsData(stage)) return []
  return [
    ...(stage.account === undefined || stage.region === undefined ? ['is not pinned to an account and a region'] : []),
    ...(stage.alarms === undefined ? ['its alarms reach nobody'] : []),
  ]
}
