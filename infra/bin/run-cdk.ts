import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'

/**
 * Runs CDK's own command in a folder.
 * @throws Error when it fails; it has then said why
 */
export function runCdk(folder: string, region: string, args: readonly string[]): void {
  const cli = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk')
  const env = { ...process.env, AWS_REGION: region }
  const { status } = spawnSync(process.execPath, [cli, ...args, '--no-notices'], { cwd: folder, stdio: 'inherit', env })
  if (status !== 0) throw new Error(`cdk ${args[0]} ended with ${status}`)
}
