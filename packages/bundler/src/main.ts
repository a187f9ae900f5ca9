#!/usr/bin/env node
import { basename } from 'node:path'
import { bundleApp } from './bundle-app.ts'
import { describeBundle } from './describe-bundle.ts'

const folder = process.cwd()
const started = performance.now()
try {
  const bundle = await bundleApp(folder)
  for (const line of describeBundle(bundle, performance.now() - started)) process.stdout.write(`${line}\n`)
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error)
  process.stderr.write(`cannot bundle ${basename(folder)}: ${reason}\n`)
  process.exitCode = 1
}
