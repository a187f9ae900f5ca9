import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Synthesizes the stack of the app in `folder`, or the hub's, into `cdk.out` there. What was synthesized before stays
 * until the new assembly is complete and free of findings.
 */
export async function synth(folder: string, app: 'hub' | 'subscriber'): Promise<void> {
  // Of this process alone: `start` may synthesize the same app after a save, while somebody runs synth by hand.
  const next = join(folder, `node_modules/.cdk.out-${process.pid}`)
  await mkdir(next, { recursive: true })
  // The CDK app runs in this process: the CLI would only start a second one, and take as long again.
  process.env.CDK_OUTDIR = next
  try {
    await import(`./${app}.ts`)
    // CDK has then printed its findings.
    if (process.exitCode === 1) throw new Error('the templates have findings')
    await replaceFolder(next, join(folder, 'cdk.out'))
  } finally {
    await rm(next, { recursive: true, force: true })
  }
}

async function replaceFolder(next: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await rename(next, folder).catch((error: NodeJS.ErrnoException) => {
    // Another synth has just put its own there, which was made of the same files.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
}
