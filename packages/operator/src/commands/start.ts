import { Command } from 'commander'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ephemeralOption,
  example,
  jsonOption,
  localPortOption,
  timeScaleOption,
  type SetExitCode,
} from '../command-options.ts'
import { createHumanReporter } from '../human-reporter.ts'
import { withInterruption } from '../interruption.ts'
import { createJsonReporter } from '../json-reporter.ts'
import { runMainJob } from '../run-main-job.ts'
import { writeSampleImages } from '../sample-images.ts'
import { findSourceFiles, type SourceFile } from '../source-files.ts'
import { WORKSPACE_ROOT } from '../workspace.ts'

interface StartOptions {
  once?: true
  json?: true
  port: number
  ephemeral?: true
  timeScale?: number
}

export const startCommand = (setExitCode: SetExitCode): Command =>
  new Command('start')
    .description('Builds and runs everything here, uploads files and shows what each subscriber made of each.')
    .argument('[path...]', 'files, each uploaded under its base name, which must differ (default: generated samples)')
    .option('--once', 'exit when every delivery is settled')
    .addOption(jsonOption())
    .addOption(localPortOption())
    .addOption(ephemeralOption())
    .addOption(timeScaleOption())
    .addHelpText('after', example('pnpm start ~/Pictures/*.jpg notes.txt', 'pnpm -s start --once --json photo.jpg'))
    .action(async (paths: string[], options: StartOptions) => {
      // A wrong path is told before anything is built
      const given = await findSourceFiles(paths)
      const { json, once = false, ephemeral = false, ...settings } = options
      const reporter = json ? createJsonReporter() : createHumanReporter(WORKSPACE_ROOT, { keepsData: !ephemeral })
      const job = { root: WORKSPACE_ROOT, once, ephemeral, ...settings }
      await withFiles(given, (files) =>
        withInterruption(async (signal) => setExitCode(await runMainJob(files, job, reporter, signal))),
      )
    })

async function withFiles(given: SourceFile[], work: (files: SourceFile[]) => Promise<void>): Promise<void> {
  if (given.length > 0) return await work(given)
  const folder = await mkdtemp(join(tmpdir(), 'fanout-samples-'))
  try {
    await work(await findSourceFiles(await writeSampleImages(folder)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
