import { join } from 'node:path'
import { CiAccess } from '../lib/ci-access.ts'
import { createApp } from '../lib/create-app.ts'
import { stackName } from '../lib/fanout-stack.ts'
import { currentStage } from '../lib/stages.ts'
import { runCdk } from './run-cdk.ts'
import { openTarget } from './target.ts'

/** `STAGE=prod pnpm --filter @fanout/infra run deploy:ci`: lets the repository of the stage in. Prints the roles' ARNs. */
const folder = join(import.meta.dirname, '..')
const output = 'node_modules/.cdk.out.ci'
try {
  const stage = currentStage()
  process.env.CDK_OUTDIR = join(folder, output)
  const app = createApp()
  new CiAccess(app, stage)
  app.synth()
  if (process.exitCode === 1) throw new Error('the template has findings')
  const { region } = await openTarget(stage)
  runCdk(folder, region, ['deploy', stackName(stage, 'CiAccess'), '--app', output, '--require-approval', 'never'])
} catch (error) {
  process.stderr.write(`fanout-cdk: ci: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
