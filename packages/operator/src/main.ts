#!/usr/bin/env node
import { runCli } from './cli.ts'

// `| head -1` closes the pipe when it has what it wants
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
}

process.exitCode = await runCli(process.argv)
