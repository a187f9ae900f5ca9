import { Command } from 'commander'
import { example, type SetExitCode } from '../command-line/command-options.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withInterruption } from '../command-line/interruption.ts'
import { plural } from '../printing/plural.ts'
import { findKeepers, type Keeper } from '../reconcile/keeper.ts'
import type { Difference } from '../reconcile/difference.ts'
import { reconcileStage } from '../reconcile/reconcile-stage.ts'
import { repairDifferences, type RepairResult } from '../reconcile/repair-differences.ts'
import { newRun } from '../replay/new-run.ts'
import type { Stage } from '../stage/stage.ts'
import { confirmChange } from '../command-line/confirm-change.ts'
import { startProgress } from '../command-line/progress.ts'
import { addChangeOptions, parsePositive, rateOption, type ChangeOptions } from '../command-line/target-options.ts'
import { withStage } from '../command-line/with-stage.ts'
import { printRepair, printReports, printReportsJson } from './reconcile-output.ts'
import { WORKSPACE_ROOT } from '../workspace.ts'

interface ReconcileCommandOptions extends ChangeOptions {
  prefix: string
  subscriber?: string[]
  deep?: true
  repair?: true
  rate: number
  wait: number
}

const RATE = 100
const WAIT_SECONDS = 60

export const reconcileCommand = (setExitCode: SetExitCode): Command =>
  addChangeOptions(new Command('reconcile'))
    .description(
      'Compares the uploads bucket with what subscribers keep of each object. Exits 3 when something differs and is not mended.',
    )
    .option('--prefix <prefix>', 'only objects whose key begins with this', '')
    .option('--subscriber <name...>', 'only what these keep')
    .option('--deep', 'also read what a listing does not show: finds outputs of other settings, one request each')
    .option('--repair', 'send each subscriber events for exactly the objects that differ, and wait for it')
    .addOption(rateOption(RATE))
    .option('--wait <seconds>', 'how long to wait for repairs', parsePositive, WAIT_SECONDS)
    .addHelpText('after', example('pnpm fanout reconcile', "pnpm fanout reconcile --prefix 'holiday/' --repair"))
    .action(async (options: ReconcileCommandOptions) => {
      await withStage(options, async (stage) => {
        await withInterruption(async (signal) => {
          const startedAt = performance.now()
          const known = await findKeepers(stage, WORKSPACE_ROOT)
          const keepers = choose(known, options.subscriber)
          const notCompared = namesWithout(stage, known)
          const bar = startProgress('reconciling', 2 + keepers.length, options)
          const { prefix, deep: isDeep = false } = options
          const onStep = (text: string) => bar.advance(1, text)
          const reports = await reconcileStage(stage, keepers, { prefix, isDeep, signal, onStep }).finally(() =>
            bar.stop(),
          )
          const differences = reports.flatMap((report) => report.differences)
          if (!options.json) printReports(reports, notCompared)
          const repair =
            differences.length > 0 ? await repairIfAsked(stage, keepers, differences, options, signal) : undefined
          const isMended = repair !== undefined && repair.pending.length + repair.unrepairable.length === 0
          if (differences.length > 0 && !isMended) setExitCode(EXIT.needsAttention)
          if (signal.aborted) setExitCode(EXIT.interrupted)
          if (options.json)
            printReportsJson(stage, reports, notCompared, repair, Math.round(performance.now() - startedAt))
        })
      })
    })

/** Subscribers of which nobody knows what they should keep. */
function namesWithout({ subscribers }: Stage, keepers: Keeper[]): string[] {
  const known = new Set(keepers.map(({ subscriber }) => subscriber.name))
  return subscribers.map(({ name }) => name).filter((name) => !known.has(name))
}

function choose(keepers: Keeper[], names: string[] | undefined): Keeper[] {
  const known = keepers.map(({ subscriber }) => subscriber.name)
  const unknown = names?.find((name) => !known.includes(name))
  if (unknown === undefined) return keepers.filter(({ subscriber }) => names?.includes(subscriber.name) ?? true)
  throw new UsageError(
    `${unknown} keeps nothing that can be compared (no apps/${unknown}/outputs.ts, or not deployed): there are ${known.join(', ') || 'none'}`,
  )
}

async function repairIfAsked(
  stage: Stage,
  keepers: Keeper[],
  differences: Difference[],
  options: ReconcileCommandOptions,
  signal: AbortSignal,
): Promise<RepairResult | undefined> {
  if (!options.repair) return undefined
  if (options.dryRun) {
    if (!options.json) console.log(`\nwould send ${plural(differences.length, 'event')}; nothing was sent`)
    return undefined
  }
  await confirmChange(stage, `repair ${plural(differences.length, 'difference')}`, options)
  const bar = startProgress('repairing', differences.length, options)
  const { rate, wait } = options
  const onProgress = (mended: number) => bar.advance(mended)
  const run = newRun('reconcile', stage)
  const limits = { rate, patienceMs: wait * 1000, signal, onProgress }
  const result = await repairDifferences(stage, keepers, differences, run, limits).finally(() => bar.stop())
  if (!options.json) printRepair(result)
  return result
}
