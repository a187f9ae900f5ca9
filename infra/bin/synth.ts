import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Synthesizes the stack of the app in `folder`, or the hub's, into `cdk.out` there. What was synthesized before stays
 * until the new assembly is complete and free of findings.
 */
export async function synth(folder: string, app: 'hub' | 'subscriber'): Promise<void> {
  const next = join(folder, 'node_modules/.cdk.out')
  await rm(next, { recursive: true, force: true })
  await mkdir(next, { recursive: true })
  // The CDK app runs in this process: the CLI would only start a second one, and take as long again.
  process.env.CDK_OUTDIR = next
  await import(`./${app}.ts`)
  // CDK has then printed its findings.
  if (process.exitCode === 1) throw new Error('the templates have findings')
  await rm(join(folder, 'cdk.out'), { recursive: true, force: true })
  await rename(next, join(folder, 'cdk.out'))
}
