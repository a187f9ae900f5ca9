import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { startLocalCloud } from '@fanout/local-cloud'
import { closeStage, openLocalStage, publishConnection, type Stage } from '@fanout/operator'
import { copyAssembly, findStacks, templateOf, type EditableTemplate } from '../drill/cloud/assemblies.ts'
import { ROOT, synthesize } from '../workspace.ts'

const main = join(ROOT, 'packages/operator/src/main.ts')

/** The whole pipeline here, from copies of its templates that a test may edit, and the `fanout` command for it. */
export interface OperatedCloud {
  stage: Stage
  port: number
  /** What functions logged so far, line by line. */
  logs: readonly string[]
  /** Changes a stack's template and deploys it; `restore` takes all changes of the stack back. */
  edit: (stack: string, change: (resources: Resources) => void) => Promise<void>
  restore: (stack: string) => Promise<void>
  run: (args: readonly string[], environment?: Record<string, string>) => Promise<Run>
  /** The same, still running. */
  start: (args: readonly string[], environment?: Record<string, string>) => ChildProcess
  close: () => Promise<void>
}

export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

export type Resources = EditableTemplate['Resources']

export interface OperatedCloudOptions {
  timeScale?: number
  /** Of every function, beside those of its template. */
  variables?: Record<string, string>
  /** A stack that is not there at first: `restore` deploys it. */
  later?: string
}

export async function startOperatedCloud({
  timeScale = 1,
  variables = {},
  later,
}: OperatedCloudOptions = {}): Promise<OperatedCloud> {
  synthesize()
  const assemblies = new Map(findStacks(ROOT).map((stack) => [stack, copyAssembly(ROOT, stack, variables)]))
  const originals = new Map([...assemblies].map(([stack, folder]) => [stack, readFileSync(templateOf(folder), 'utf8')]))

  const logs: string[] = []
  const cloud = await startLocalCloud({
    assemblies: [...assemblies].filter(([stack]) => stack !== later).map(([, folder]) => folder),
    port: 0,
    timeScale,
    functionLog: (_, line) => logs.push(line),
  })
  const { endpoint, region, credentials } = cloud
  const connection = { endpoint, region, ...credentials, stage: 'dev', pid: process.pid }
  const unpublish = await publishConnection(ROOT, connection)
  const stage = await openLocalStage(connection)
  const port = Number(new URL(endpoint).port)

  async function deploy(stack: string, template: (original: string) => string) {
    const folder = assemblies.get(stack) ?? ''
    writeFileSync(templateOf(folder), template(originals.get(stack) ?? ''))
    await cloud.provision(folder)
  }

  const start = (args: readonly string[], environment: Record<string, string> = {}) =>
    spawn(process.execPath, [main, ...args, '--port', String(port)], {
      env: { ...process.env, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  return {
    stage,
    port,
    logs,
    edit: (stack, change) =>
      deploy(stack, (original) => {
        const template: EditableTemplate = JSON.parse(original)
        change(template.Resources)
        return JSON.stringify(template)
      }),
    restore: (stack) => deploy(stack, (original) => original),
    start,
    run: (args, environment) => finished(start(args, environment)),
    async close() {
      closeStage(stage)
      await unpublish()
      await cloud.close()
      for (const folder of assemblies.values()) rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function finished(child: ChildProcess): Promise<Run> {
  if (!child.stdout || !child.stderr) throw new Error('a command whose output nobody reads')
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}
