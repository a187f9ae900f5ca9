import { Command, Option } from 'commander'
import { example, type SetExitCode } from '../command-line/command-options.ts'
import { groupDeadLetters } from '../dlq/group-dead-letters.ts'
import { peekDeadLetters } from '../dlq/peek-dead-letters.ts'
import { redriveDeadLetters, type RedriveResult } from '../dlq/redrive-dead-letters.ts'
import { isChosen } from '../dlq/select-dead-letters.ts'
import { EXIT } from '../exit-codes.ts'
import { findSubscriber } from '../stage/find-subscriber.ts'
import { withInterruption } from '../command-line/interruption.ts'
import { plural } from '../printing/plural.ts'
import { printable } from '../printing/printable.ts'
import { confirmChange } from '../command-line/confirm-change.ts'
import { startProgress, type Progress } from '../command-line/progress.ts'
import { addChangeOptions, parseCount, rateOption, type ChangeOptions } from '../command-line/target-options.ts'
import type { Stage } from '../stage/stage.ts'
import { withStage } from '../command-line/with-stage.ts'
import { addChoiceOptions, choiceOf, type ChoiceOptions } from './dlq-options.ts'

interface RedriveCommandOptions extends ChangeOptions, ChoiceOptions {
  rate: number
  maxRedrives: number
}

const RATE = 100
const MAX_REDRIVES = 3

export const createRedriveCommand = (setExitCode: SetExitCode): Command =>
  addChoiceOptions(addChangeOptions(new Command('redrive')))
    .description(
      'Sends dead letters back to their subscriber. Stopped by Ctrl-C it can be run again: it goes on with the rest.',
    )
    .argument('<subscriber>')
    .addOption(rateOption(RATE))
    .addOption(
      new Option('--max-redrives <number>', 'leave what was sent back so often before')
        .argParser(parseCount)
        .default(MAX_REDRIVES),
    )
    .addHelpText(
      'after',
      example(
        'pnpm fanout dlq redrive thumbnailer',
        'pnpm fanout dlq redrive thumbnailer --reason AccessDenied --rate 10',
      ),
    )
    .action(async (name: string, options: RedriveCommandOptions) => {
      await withStage(options, async (stage) => {
        if (options.dryRun) return printDryRun(await previewRedrive(stage, name, options), options)
        const subscriber = findSubscriber(stage, name)
        await confirmChange(stage, `send dead letters back to ${name}`, options)
        let bar: Progress | undefined
        const result = await withInterruption((signal) =>
          redriveDeadLetters(stage.clients.sqs, subscriber, {
            ...choiceOf(options),
            rate: options.rate,
            maxRedrives: options.maxRedrives,
            signal,
            onStart: (count) => (bar = startProgress(`redriving ${name}`, count, options)),
            onProgress: (looked) => bar?.advance(looked),
          }),
        ).finally(() => bar?.stop())
        setExitCode(exitCodeOf(result))
        if (options.json) console.log(JSON.stringify(result, undefined, 2))
        else printResult(result)
      })
    })

function exitCodeOf({ isInterrupted, failed, exhausted, cameBack }: RedriveResult): number {
  if (isInterrupted) return EXIT.interrupted
  if (failed.length > 0) return EXIT.failed
  return exhausted + cameBack > 0 ? EXIT.needsAttention : EXIT.ok
}

function printResult({
  subscriber,
  done,
  duplicates,
  exhausted,
  cameBack,
  others,
  failed,
  isInterrupted,
}: RedriveResult) {
  console.log(`sent back to ${subscriber}: ${plural(done, 'message')}`)
  if (duplicates > 0) console.log(`  ${plural(duplicates, 'duplicate')} of them removed`)
  if (cameBack > 0) console.log(`  ${cameBack} failed again at once: look at them before you send them back again`)
  if (exhausted > 0) console.log(`  ${exhausted} left: sent back often enough before (--max-redrives)`)
  if (others > 0) console.log(`  ${others} left: not meant`)
  for (const { messageId, error } of failed) console.log(`  ${messageId}: ${printable(error)}`)
  if (isInterrupted) console.log('  interrupted: run it again to go on; every message is in exactly one queue')
  else if (done > 0) console.log(`  what becomes of them   pnpm fanout status`)
}

async function previewRedrive(stage: Stage, name: string, options: RedriveCommandOptions) {
  const letters = await peekDeadLetters({ ...stage, subscribers: [findSubscriber(stage, name)] })
  const chosen = letters.filter((letter) => isChosen(letter, choiceOf(options)))
  const fresh = chosen.filter(({ redrives }) => redrives < options.maxRedrives)
  return {
    subscriber: name,
    dryRun: true,
    wouldSend: new Set(fresh.map(({ identity }) => identity)).size,
    exhausted: chosen.length - fresh.length,
    others: letters.length - chosen.length,
    reasons: groupDeadLetters(fresh).map(({ reason, errorName, count }) => ({
      errorName: errorName ?? null,
      reason,
      count,
    })),
  }
}

function printDryRun(preview: Awaited<ReturnType<typeof previewRedrive>>, { json }: RedriveCommandOptions): void {
  if (json) return console.log(JSON.stringify(preview, undefined, 2))
  console.log(`would send back to ${preview.subscriber}: ${plural(preview.wouldSend, 'message')}`)
  for (const { errorName, reason, count } of preview.reasons) {
    console.log(`  ${String(count).padStart(6)}  ${[errorName, printable(reason)].filter(Boolean).join(': ')}`)
  }
  if (preview.exhausted > 0) console.log(`  ${preview.exhausted} would stay: sent back often enough before`)
  if (preview.others > 0) console.log(`  ${preview.others} would stay: not meant`)
}
