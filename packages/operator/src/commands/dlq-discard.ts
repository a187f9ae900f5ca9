import { Command } from 'commander'
import { join, relative } from 'node:path'
import { example, type SetExitCode } from '../command-line/command-options.ts'
import { discardDeadLetters, type DiscardResult } from '../dlq/discard-dead-letters.ts'
import { peekDeadLetters } from '../dlq/peek-dead-letters.ts'
import { isChosen } from '../dlq/select-dead-letters.ts'
import { EXIT } from '../exit-codes.ts'
import { findSubscriber } from '../stage/find-subscriber.ts'
import { withInterruption } from '../command-line/interruption.ts'
import { plural } from '../printing/plural.ts'
import { confirmChange } from '../command-line/confirm-change.ts'
import { startProgress, type Progress } from '../command-line/progress.ts'
import { addChangeOptions, type ChangeOptions } from '../command-line/target-options.ts'
import { withStage } from '../command-line/with-stage.ts'
import { resolveTyped, stateFolder, WORKSPACE_ROOT } from '../workspace.ts'
import { addChoiceOptions, choiceOf, type ChoiceOptions } from './dlq-options.ts'

interface DiscardCommandOptions extends ChangeOptions, ChoiceOptions {
  export?: string
}

export const createDiscardCommand = (setExitCode: SetExitCode): Command =>
  addChoiceOptions(addChangeOptions(new Command('discard')))
    .description('Deletes dead letters for good, after writing them to a file.')
    .argument('<subscriber>')
    .option('--export <file>', 'where to, one JSON object a line (default: a new file in .fanout/dead-letters)')
    .addHelpText('after', example("pnpm fanout dlq discard thumbnailer --prefix 'test/'"))
    .action(async (name: string, options: DiscardCommandOptions) => {
      await withStage(options, async (stage) => {
        const subscriber = findSubscriber(stage, name)
        const choice = choiceOf(options)
        const letters = await peekDeadLetters({ ...stage, subscribers: [subscriber] })
        const count = letters.filter((letter) => isChosen(letter, choice)).length
        if (options.dryRun) return printDryRun(name, count, options)
        const exportFile = options.export === undefined ? newExportFile(name) : resolveTyped(options.export)
        await confirmChange(stage, `discard ${plural(count, 'dead letter')} of ${name}`, { ...options, isFinal: true })
        let bar: Progress | undefined
        const result = await withInterruption((signal) =>
          discardDeadLetters(stage.clients.sqs, subscriber, {
            ...choice,
            exportFile,
            signal,
            onStart: (total) => (bar = startProgress(`discarding from ${name}`, total, options)),
            onProgress: (looked) => bar?.advance(looked),
          }),
        ).finally(() => bar?.stop())
        if (result.failed.length > 0) setExitCode(EXIT.failed)
        if (result.isInterrupted) setExitCode(EXIT.interrupted)
        printResult(result, options)
      })
    })

function newExportFile(subscriber: string): string {
  const time = new Date().toISOString().replaceAll(/[:.]/g, '-')
  return join(stateFolder(WORKSPACE_ROOT), 'dead-letters', `${subscriber}-${time}.ndjson`)
}

function printDryRun(subscriber: string, count: number, { json }: DiscardCommandOptions): void {
  if (json) console.log(JSON.stringify({ subscriber, dryRun: true, wouldDiscard: count }, undefined, 2))
  else console.log(`would discard ${plural(count, 'dead letter')} of ${subscriber}`)
}

function printResult(result: DiscardResult, { json }: DiscardCommandOptions): void {
  if (json) return console.log(JSON.stringify(result, undefined, 2))
  const { subscriber, done, others, failed, exportFile } = result
  console.log(
    `discarded ${plural(done, 'dead letter')} of ${subscriber}; written to ${relative(process.cwd(), exportFile)}`,
  )
  if (others > 0) console.log(`  ${others} left: not meant`)
  if (failed.length > 0) console.log(`  ${failed.length} written down, but SQS did not delete them: run it again`)
}
