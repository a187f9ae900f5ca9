import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { startLocalCloud, type PermissionReport } from '@fanout/local-cloud'
import { closeStage, openLocalStage, type Stage } from '@fanout/operator'
import { copyAssembly, findStacks, templateOf, type EditableTemplate } from '../drill/cloud/assemblies.ts'
import { type Decide, startGateway } from '../drill/cloud/gateway.ts'
import { ROOT, synthesize } from '../workspace.ts'

type Refusal = PermissionReport['denied'][number]

/** The pipeline of a stage in the local cloud, from templates that can be changed one at a time. */
export interface Lab {
  stage: Stage
  /** By the folders of their stacks. */
  templates: ReadonlyMap<string, EditableTemplate>
  /** Deploys a stack with this template. Its functions start anew, so that they ask for everything again. */
  deploy: (stack: string, template: EditableTemplate) => Promise<void>
  report: () => PermissionReport
  /** Each refusal that was told, again after each deployment. */
  refusals: readonly Refusal[]
  /** What the functions of this subscriber wrote until now. */
  logOf: (subscriber: string) => readonly string[]
  close: () => Promise<void>
}

/** Of what is about a key with this in it each subscriber's first call fails, however often it is tried. */
export const FLAKY = 'flaky'

export async function startLab(stageName: string): Promise<Lab> {
  synthesize(stageName)
  const upstream = { port: 0 }
  const stacks = await Promise.all(
    findStacks(ROOT).map(async (stack) => {
      const gateway = await startGateway(stack, upstream, failFirstCall())
      const endpoints = { AWS_ENDPOINT_URL_S3: gateway.endpoint, AWS_ENDPOINT_URL_DYNAMODB: gateway.endpoint }
      return { stack, gateway, folder: copyAssembly(ROOT, stack, endpoints) }
    }),
  )
  const folders = new Map(stacks.map(({ stack, folder }) => [stack, folder]))
  const templates = new Map(
    [...folders].map(([stack, folder]) => [
      stack,
      JSON.parse(readFileSync(templateOf(folder), 'utf8')) as EditableTemplate,
    ]),
  )
  const logs = new Map<string, string[]>()
  const refusals: Refusal[] = []
  const cloud = await startLocalCloud({
    assemblies: [...folders.values()],
    port: 0,
    timeScale: 60,
    warn(line) {
      const [, principal, action = '', resource = ''] = /^(\S+) may not (\S+) on (\S+): /.exec(line) ?? []
      if (principal !== undefined) refusals.push({ principal, action, resource })
    },
    functionLog: (name, line) => logs.set(name, [...(logs.get(name) ?? []), line]),
  })
  const { endpoint, region, credentials } = cloud
  upstream.port = Number(new URL(endpoint).port)
  const stage = await openLocalStage({ endpoint, region, ...credentials, stage: stageName, pid: process.pid })
  let deployments = 0

  return {
    stage,
    templates,
    async deploy(stack, template) {
      const folder = folders.get(stack) ?? ''
      const changed = structuredClone(template)
      for (const { Type, Properties } of Object.values(changed.Resources)) {
        if (Type === 'AWS::Lambda::Function') Properties['Environment'].Variables.DEPLOYMENT = `${++deployments}`
      }
      writeFileSync(templateOf(folder), JSON.stringify(changed))
      await cloud.provision(folder)
    },
    report: cloud.permissions,
    refusals,
    logOf: (name) => logs.get(stage.subscribers.find((one) => one.name === name)?.functionName ?? '') ?? [],
    async close() {
      closeStage(stage)
      await cloud.close()
      for (const { gateway, folder } of stacks) {
        await gateway.close()
        rmSync(folder, { recursive: true, force: true })
      }
    },
  }
}

/** The SDK makes one call several times; the handler is to see it fail. */
function failFirstCall(): Decide {
  const firstCalls = new Map<string, string>()
  return ({ target, body, invocationId }) => {
    const [key] = new RegExp(`${FLAKY}-[\\w-]+`).exec(`${target} ${body.toString()}`) ?? []
    if (key === undefined) return 'forwarded'
    if (!firstCalls.has(key)) firstCalls.set(key, invocationId)
    return firstCalls.get(key) === invocationId ? { status: 503, headers: {}, body: '' } : 'forwarded'
  }
}
