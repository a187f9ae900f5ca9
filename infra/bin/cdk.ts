#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { currentStage } from '../lib/stages.ts'
import { deploy } from './deploy.ts'
import { synth } from './synth.ts'

const folder = process.cwd()
const app = folder === join(import.meta.dirname, '..') ? 'hub' : 'subscriber'
const command = process.argv[2]
try {
  if (app === 'subscriber' && !existsSync(join(folder, 'infra.ts'))) throw new Error('no infra.ts here')
  if (command === 'synth') await synth(folder, app)
  else if (command === 'deploy') await deploy(folder, app, currentStage())
  else throw new Error('the commands are synth and deploy, in the folder of an app or in infra')
} catch (error) {
  process.stderr.write(`fanout-cdk: ${basename(folder)}: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
