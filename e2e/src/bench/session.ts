import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalCloud, type LocalCloud, type LocalCloudOptions } from '@fanout/local-cloud'
import { closeStage, openLocalStage, type Stage } from '@fanout/operator'
import { ROOT, subscriberNames, synthesize } from '../workspace.ts'

/** The real templates and bundles, or what takes their place, running here until the work is done; nothing of it is kept. */
export async function withPipeline<T>(
  work: (stage: Stage, cloud: LocalCloud) => Promise<T>,
  { assemblies = synthesizeAll(), ...options }: Pick<LocalCloudOptions, 'functionLog'> & { assemblies?: string[] } = {},
): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fanout-bench-'))
  const cloud = await startLocalCloud({
    ...options,
    assemblies,
    dataDir,
    port: 0,
    warn: (line) => console.error(line),
  })
  try {
    const { endpoint, region, credentials } = cloud
    const stage = await openLocalStage({ endpoint, region, stage: 'dev', ...credentials, pid: process.pid })
    try {
      return await work(stage, cloud)
    } finally {
      closeStage(stage)
    }
  } finally {
    await cloud.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** @returns the folders of all assemblies, the hub's first */
function synthesizeAll(): string[] {
  synthesize()
  return [join(ROOT, 'infra/cdk.out'), ...subscriberNames().map((name) => join(ROOT, 'apps', name, 'cdk.out'))]
}
