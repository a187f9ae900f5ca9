#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { currentStage } from '../lib/stages.ts'

type App = 'hub' | 'subscriber'

// Each is loaded only when it is asked for: synth needs no AWS client.
const COMMANDS = new Map<string | undefined, (folder: string, app: App) => Promise<void>>([
  ['bootstrap', async (folder) => (await import('./bootstrap.ts')).bootstrap(folder, currentStage())],
  ['synth', async (folder, app) => (await import('./synth.ts')).synth(folder, app)],
  ['diff', async (folder) => (await import('./diff.ts')).diff(folder, currentStage())],
  ['deploy', async (folder, app) => (await import('./deploy.ts')).deploy(folder, app, currentStage())],
  ['destroy', async (folder, app) => (await import('./destroy.ts')).destroy(folder, app, currentStage())],
])

const folder = process.cwd()
const app = folder === join(import.meta.dirname, '..') ? 'hub' : 'subscriber'
try {
  if (app === 'subscriber' && !existsSync(join(folder, 'infra.ts'))) throw new Error('no infra.ts here')
  const run = COMMANDS.get(process.argv[2])
  if (!run) throw new Error(`the commands are ${[...COMMANDS.keys()].join(', ')}, in the folder of an app or in infra`)
  await run(folder, app)
} catch (error) {
  process.stderr.write(`fanout-cdk: ${basename(folder)}: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
