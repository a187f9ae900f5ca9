import type { Stage } from '../lib/stages.ts'
import { runCdk } from './run-cdk.ts'
import { openTarget } from './target.ts'

/** Makes the bucket and the roles that CDK deploys through, once for each account and region. */
export async function bootstrap(folder: string, stage: Stage): Promise<void> {
  const { account, region } = await openTarget(stage)
  runCdk(folder, region, ['bootstrap', `aws://${account}/${region}`])
}
