import { rmSync } from 'node:fs'
import { basename } from 'node:path'
import { startLocalCloud } from '@fanout/local-cloud'
import { closeStage, openLocalStage, type Stage } from '@fanout/operator'
import { copyAssembly, findStacks } from './assemblies.ts'
import { startGateway, type Decide } from './gateway.ts'
import { ROOT, synthesize } from '../../workspace.ts'

/** The local cloud with the subscribers as they are synthesized, whose functions call it by way of gateways. */
export interface CloudSession {
  stage: Stage
  close: () => Promise<void>
}

export interface CloudSessionOptions {
  timeScale: number
  /** What becomes of a call of a function. */
  decide: Decide
}

export async function startCloudSession({ timeScale, decide }: CloudSessionOptions): Promise<CloudSession> {
  synthesize()
  const upstream = { port: 0 }
  const stacks = await Promise.all(
    findStacks(ROOT).map(async (stack) => {
      const gateway = await startGateway(basename(stack), upstream, decide)
      return { gateway, assembly: copyAssembly(ROOT, stack, variablesFor(gateway.endpoint)) }
    }),
  )
  const cloud = await startLocalCloud({ assemblies: stacks.map(({ assembly }) => assembly), port: 0, timeScale })
  const { endpoint, region, credentials } = cloud
  upstream.port = Number(new URL(endpoint).port)
  const stage = await openLocalStage({ endpoint, region, ...credentials, stage: 'dev', pid: process.pid })
  return {
    stage,
    async close() {
      closeStage(stage)
      await cloud.close()
      for (const { gateway, assembly } of stacks) {
        await gateway.close()
        rmSync(assembly, { recursive: true, force: true })
      }
    },
  }
}

// An endpoint of one service goes before that of all, which the local cloud sets
function variablesFor(endpoint: string): Record<string, string> {
  return Object.fromEntries(['S3', 'SQS', 'DYNAMODB'].map((service) => [`AWS_ENDPOINT_URL_${service}`, endpoint]))
}
