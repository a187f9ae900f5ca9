import { GetCallerIdentityCommand, STSClient, STSServiceException } from '@aws-sdk/client-sts'
import { keepsData, type Stage } from '../lib/stages.ts'

/** Where a command acts. */
export interface Target {
  readonly account: string
  readonly region: string
}

/**
 * Asks AWS who we are and prints it, before anything else is asked or done.
 * @throws Error when nothing says which account or region, and when they are not those that the stage is pinned to
 */
export async function openTarget(stage: Stage): Promise<Target> {
  const { account, region } = await identify()
  process.stdout.write(`account ${account}  region ${region}  stage ${stage.name}\n`)
  refuseOtherTarget(stage, { account, region })
  for (const missing of missingSettings(stage)) {
    process.stdout.write(`warning: stage ${stage.name} keeps its data, but ${missing} (infra/lib/stages.ts)\n`)
  }
  return { account, region }
}

async function identify(): Promise<Target> {
  const sts = new STSClient({})
  const [region, credentials] = await Promise.allSettled([sts.config.region(), sts.config.credentials()])
  if (region.status === 'rejected' || credentials.status === 'rejected') {
    const missing = [
      ...(region.status === 'rejected' ? ['no region: set AWS_REGION'] : []),
      ...(credentials.status === 'rejected' ? [`no credentials: set AWS_PROFILE${AFTER_LOGIN}`] : []),
    ]
    throw new Error(`AWS is not configured: ${missing.join('; ')} (docs/deploy.md)`)
  }
  const { Account: account = '' } = await sts.send(new GetCallerIdentityCommand({})).catch((cause: unknown) => {
    const { name, message } = cause instanceof Error ? cause : new Error(String(cause))
    const advice =
      cause instanceof STSServiceException ? `renew the credentials${AFTER_LOGIN}` : 'is it reachable from here?'
    throw new Error(`cannot ask AWS who we are (${name}: ${message}): ${advice}`, { cause })
  })
  return { account, region: region.value }
}

const AFTER_LOGIN = ', after `aws sso login` where that is how you sign in'

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
