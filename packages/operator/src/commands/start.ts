import { Command, Option } from 'commander'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import {
  ephemeralOption,
  example,
  jsonOption,
  localPortOption,
  timeScaleOption,
  type SetExitCode,
} from '../command-line/command-options.ts'
import { UsageError } from '../exit-codes.ts'
import { createHumanReporter } from '../main-job/human-reporter.ts'
import { withInterruption } from '../command-line/interruption.ts'
import { createJsonReporter } from '../main-job/json-reporter.ts'
import { runMainJob } from '../main-job/run-main-job.ts'
import { writeSampleImages } from '../main-job/sample-images.ts'
import { findSourceFiles, type SourceFile } from '../upload/source-files.ts'
import { findSubscriberFolders, WORKSPACE_ROOT } from '../workspace.ts'

interface StartOptions {
  once?: true
  json?: true
  port: number
  ephemeral?: true
  timeScale?: number
  inspect?: string
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
    .addOption(
      new Option('--inspect <subscriber>', 'let a debugger attach to its function: its sources, no time-out').conflicts(
        'once',
      ),
    )
    .addHelpText('after', example('pnpm start ~/Pictures/*.jpg notes.txt', 'pnpm -s start --once --json photo.jpg'))
    .action(async (paths: string[], options: StartOptions) => {
      // A wrong path is told before anything is built
      const given = await findSourceFiles(paths)
      const { json, once = false, ephemeral = false, inspect: inspected, ...settings } = options
      await refuseUnknownSubscriber(inspected)
      const reporter = json ? createJsonReporter() : createHumanReporter(WORKSPACE_ROOT, { keepsData: !ephemeral })
      const job = { root: WORKSPACE_ROOT, once, ephemeral, inspected, ...settings }
      await withFiles(given, (files) =>
        withInterruption(async (signal) => setExitCode(await runMainJob(files, job, reporter, signal))),
      )
    })

async function refuseUnknownSubscriber(name: string | undefined): Promise<void> {
  const names = (await findSubscriberFolders(WORKSPACE_ROOT)).map((folder) => basename(folder))
  if (name === undefined || names.includes(name)) return
  throw new UsageError(`there is no subscriber ${name}: ${names.join(', ')}`)
}

async function withFiles(given: SourceFile[], work: (files: SourceFile[]) => Promise<void>): Promise<void> {
  if (given.length > 0) return await work(given)
  const folder = await mkdtemp(join(tmpdir(), 'fanout-samples-'))
  try {
    await work(await findSourceFiles(await writeSampleImages(folder)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
