import { Command } from 'commander'
import { example, type SetExitCode } from '../command-line/command-options.ts'
import { describeDuration } from '../printing/describe-time.ts'
import { EXIT } from '../exit-codes.ts'
import { findSubscriber } from '../stage/find-subscriber.ts'
import { readExpiry, type Expiry } from '../mapping/expiry.ts'
import { setRunning, type MappingState } from '../mapping/mapping.ts'
import { plural } from '../printing/plural.ts'
import { confirmChange } from '../command-line/confirm-change.ts'
import { addChangeOptions, type ChangeOptions } from '../command-line/target-options.ts'
import { withStage } from '../command-line/with-stage.ts'

export const pauseCommand = (setExitCode: SetExitCode): Command =>
  addChangeOptions(new Command('pause'))
    .description('Stops feeding a subscriber; its messages wait. Says how long they can.')
    .argument('<subscriber>')
    .addHelpText('after', example('pnpm fanout pause thumbnailer'))
    .action((name: string, options: ChangeOptions) => change(name, false, options, setExitCode))

export const resumeCommand = (setExitCode: SetExitCode): Command =>
  addChangeOptions(new Command('resume'))
    .description('Feeds a paused subscriber again.')
    .argument('<subscriber>')
    .addHelpText('after', example('pnpm fanout resume thumbnailer'))
    .action((name: string, options: ChangeOptions) => change(name, true, options, setExitCode))

async function change(
  name: string,
  isRunning: boolean,
  options: ChangeOptions,
  setExitCode: SetExitCode,
): Promise<void> {
  await withStage(options, async (stage) => {
    const subscriber = findSubscriber(stage, name)
    const wanted = isRunning ? 'running' : 'paused'
    if (!options.dryRun) await confirmChange(stage, `${isRunning ? 'resume' : 'pause'} ${name}`, options)
    const state = options.dryRun ? undefined : await setRunning(stage, subscriber, isRunning)
    if (state !== undefined && state !== wanted) setExitCode(EXIT.failed)
    const expiry = await readExpiry(stage, subscriber)
    if (options.json) printJson(name, state, expiry, options)
    else printState(name, wanted, state, expiry)
  })
}

function printJson(
  subscriber: string,
  state: MappingState | undefined,
  expiry: Expiry,
  { dryRun }: ChangeOptions,
): void {
  const { oldestWaitingSeconds = null, ...known } = expiry
  const document = { subscriber, state: state ?? null, dryRun: dryRun ?? false, ...known, oldestWaitingSeconds }
  console.log(JSON.stringify(document, undefined, 2))
}

function printState(name: string, wanted: MappingState, state: MappingState | undefined, expiry: Expiry): void {
  const { waiting, inFlight, retentionSeconds, oldestWaitingSeconds, firstDropAt } = expiry
  if (state === undefined) console.log(`${name} would be ${wanted}`)
  else
    console.log(
      state === wanted ? `${name} is ${state}` : `${name} is still ${state}: ask again with pnpm fanout status`,
    )
  console.log(`  ${plural(waiting, 'message')} waiting, ${inFlight} in flight`)
  if (wanted === 'running') return
  const whose =
    oldestWaitingSeconds === undefined
      ? 'one that arrives now'
      : `the oldest, ${describeDuration(oldestWaitingSeconds)} old,`
  console.log(`  SQS drops messages after ${describeDuration(retentionSeconds)}: ${whose} on ${firstDropAt}`)
  console.log(`  go on   pnpm fanout resume ${name}`)
}
