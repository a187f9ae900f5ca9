import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { publishConnection } from '../stage/connection.ts'
import { discoverStage } from '../stage/discover-stage.ts'
import { openLocalStage } from '../stage/open-stage.ts'
import { refuseTaken } from './refuse-taken.ts'
import { runTurbo } from './run-turbo.ts'
import { closeStage, type Stage } from '../stage/stage.ts'
import { findSubscriberFolders, localStage, stateFolder } from '../workspace.ts'

export interface LocalOptions {
  root: string
  port: number
  /** Keeps nothing. */
  ephemeral: boolean
  timeScale?: number
  signal?: AbortSignal
  /** Told of every step that is finished. */
  onStep: (step: LocalStep) => void
  /** One line of the local cloud for the person watching. */
  onWarning: (line: string) => void
  /** One line that a function logged. */
  onFunctionLog: (functionName: string, line: string) => void
}

export type LocalStep =
  | { type: 'build'; subscribers: number; ms: number }
  | { type: 'synth'; stacks: number; ms: number }
  | { type: 'local'; endpoint: string; notices: string[] }

/** The local cloud, running what is in the workspace now. */
export interface LocalSession {
  endpoint: string
  /** As it is now: a subscriber may be added. */
  readonly stage: Stage
  /** Takes over the templates of this assembly folder, as they are on disk now. */
  provision: (assembly: string) => Promise<void>
  close: () => Promise<void>
}

/**
 * Builds and synthesizes the workspace and runs it on this machine.
 * @throws {BuildError} when a task fails, {UsageError} when the port or the data folder is taken
 */
export async function startLocalSession(options: LocalOptions): Promise<LocalSession> {
  const { root, onStep } = options
  await refuseTaken(root, options)
  const folders = await findSubscriberFolders(root)
  const buildMs = await measure(() => runTurbo(root, 'build', signalOf(options)))
  onStep({ type: 'build', subscribers: folders.length, ms: buildMs })
  const synthMs = await measure(() => runTurbo(root, 'synth', signalOf(options)))
  const assemblies = [join(root, 'infra'), ...folders].map((folder) => assemblyOf(root, folder))
  onStep({ type: 'synth', stacks: assemblies.length, ms: synthMs })
  return await runAssemblies(assemblies, options)
}

async function runAssemblies(assemblies: string[], options: LocalOptions): Promise<LocalSession> {
  const { root, port, ephemeral, timeScale, onStep } = options
  // Loaded only here: the other commands never need it
  const { startLocalCloud } = await import('@fanout/local-cloud')
  const cloud = await startLocalCloud({
    assemblies,
    port,
    ...(ephemeral ? {} : { dataDir: join(stateFolder(root), 'data') }),
    ...(timeScale === undefined ? {} : { timeScale }),
    warn: options.onWarning,
    functionLog: options.onFunctionLog,
  })
  const { endpoint, region, credentials, notices } = cloud
  try {
    const connection = {
      endpoint,
      region,
      stage: localStage(),
      ...credentials,
      pid: process.pid,
      notices,
      keepsData: !ephemeral,
    }
    const unpublish = await publishConnection(root, connection)
    let stage = await openLocalStage(connection)
    onStep({ type: 'local', endpoint, notices })
    return {
      endpoint,
      get stage() {
        return stage
      },
      provision: async (assembly) => {
        await cloud.provision(assembly)
        stage = await discoverStage(stage.clients, stage.name, stage)
      },
      close: async () => {
        closeStage(stage)
        await unpublish()
        await cloud.close()
      },
    }
  } catch (error) {
    await cloud.close()
    throw error
  }
}

function assemblyOf(root: string, folder: string): string {
  const assembly = join(folder, 'cdk.out')
  if (existsSync(join(assembly, 'manifest.json'))) return assembly
  throw new Error(
    `${relative(root, assembly)} is missing: its workspace has no synth task, or the task wrote elsewhere`,
  )
}

const signalOf = ({ signal }: LocalOptions) => (signal ? { signal } : {})

async function measure(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
