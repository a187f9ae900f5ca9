import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startLocalCloud } from '@fanout/local-cloud'
import { closeStage, openLocalStage, type Stage } from '@fanout/operator'
import { copyAssemblies } from './assemblies.ts'
import { startGateway, type Fate, type GatewayCall } from './gateway.ts'

/** The local cloud with the subscribers as they are synthesized, whose functions call it by way of a gateway. */
export interface CloudSession {
  stage: Stage
  close: () => Promise<void>
}

export interface CloudSessionOptions {
  timeScale: number
  /** What becomes of a call of a function. */
  decide: (call: GatewayCall, body: Buffer, gatewayPort: number) => Fate
  /** Gets what the local cloud has to tell. */
  warn?: (line: string) => void
}

const root = join(import.meta.dirname, '../../../..')

export async function startCloudSession({ timeScale, decide, warn }: CloudSessionOptions): Promise<CloudSession> {
  execFileSync(join(root, 'node_modules/.bin/turbo'), ['run', 'synth', '--output-logs=errors-only'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  let cloudPort = 0
  const gateway = await startGateway(
    () => cloudPort,
    (call, body) => decide(call, body, gateway.port),
  )
  const assemblies = copyAssemblies(root, variablesFor(gateway.endpoint))
  const cloud = await startLocalCloud({ assemblies, port: 0, timeScale, ...(warn && { warn }) })
  cloudPort = Number(new URL(cloud.endpoint).port)
  const { endpoint, region, credentials } = cloud
  const stage = await openLocalStage({ endpoint, region, ...credentials, stage: 'dev', pid: process.pid })
  return {
    stage,
    async close() {
      closeStage(stage)
      await cloud.close()
      await gateway.close()
      for (const assembly of assemblies) rmSync(assembly, { recursive: true, force: true })
    },
  }
}

// An endpoint of one service goes before that of all, which the local cloud sets
function variablesFor(endpoint: string): Record<string, string> {
  return Object.fromEntries(['S3', 'SQS', 'DYNAMODB'].map((service) => [`AWS_ENDPOINT_URL_${service}`, endpoint]))
}
