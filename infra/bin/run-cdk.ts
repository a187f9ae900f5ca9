import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { stackName } from '../lib/fanout-stack.ts'
import type { Stage } from '../lib/stages.ts'

/**
 * Runs CDK's own command on what was synthesized into `cdk.out` of `folder`.
 * @throws Error when it fails; it has then said why
 */
export function runCdk(folder: string, stage: Stage, region: string, command: string, ...flags: string[]): void {
  const cli = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk')
  // The pattern and not --all: an assembly of another stage is then refused.
  const args = [cli, command, stackName(stage, '*'), '--app', 'cdk.out', '--no-notices', ...flags]
  const env = { ...process.env, AWS_REGION: region }
  const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: 'inherit', env })
  if (status !== 0) throw new Error(`cdk ${command} ended with ${status}`)
}
