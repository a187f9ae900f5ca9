import { Command } from 'commander'
import { join } from 'node:path'
import { example, type SetExitCode } from '../command-line/command-options.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { findSubscriber } from '../stage/find-subscriber.ts'
import { withInterruption } from '../command-line/interruption.ts'
import { parseTime } from '../input/parse-time.ts'
import { plural } from '../printing/plural.ts'
import { beginReplay, type ReplayRequest } from '../replay/begin-replay.ts'
import type { Checkpoint } from '../replay/checkpoint.ts'
import { estimateReplay, type ReplayEstimate } from '../replay/estimate-cost.ts'
import { countObjects, replayObjects, type ReplayResult } from '../replay/replay-objects.ts'
import type { Stage } from '../stage/stage.ts'
import { confirmChange } from '../command-line/confirm-change.ts'
import { startProgress } from '../command-line/progress.ts'
import { addChangeOptions, rateOption, type ChangeOptions } from '../command-line/target-options.ts'
import { withStage } from '../command-line/with-stage.ts'
import { resolveTyped, stateFolder, WORKSPACE_ROOT } from '../workspace.ts'

interface ReplayOptions extends ChangeOptions {
  subscriber?: string
  prefix?: string
  since?: string
  until?: string
  list?: string
  rate: number
  restart?: true
}

const RATE = 200

export const replayCommand = (setExitCode: SetExitCode): Command =>
  addChangeOptions(new Command('replay'))
    .description(
      'Sends events for existing objects to one subscriber, and to nobody else. It is counted first; stopped by Ctrl-C, the same command goes on where it was.',
    )
    // Not commander's required option: a misspelt flag is told before a missing one
    .option('--subscriber <name>', 'to whom')
    .option('--prefix <prefix>', "objects whose key begins with this; '' for all")
    .option('--since <time>', 'objects that were last modified then or later: a date, a time, or 2h')
    .option('--until <time>', 'and before this')
    .option('--list <file>', 'the keys in this file, one a line; - for standard input')
    .addOption(rateOption(RATE))
    .option('--restart', 'begin anew, where an earlier run was stopped')
    .addHelpText(
      'after',
      example(
        "pnpm fanout replay --subscriber thumbnailer --prefix 'holiday/'",
        'pnpm fanout replay --subscriber metadata-indexer --since 2h --dry-run',
      ),
    )
    .action(async (options: ReplayOptions) => {
      const request = requestOf(options)
      await withStage(options, async (stage) => {
        const subscriber = findSubscriber(stage, request.subscriber)
        const folder = join(stateFolder(WORKSPACE_ROOT), 'replays')
        await withInterruption(async (signal) => {
          const begun = await beginReplay(stage, folder, request, { restart: options.restart ?? false })
          const replay = begun.sent > 0 ? begun : { ...begun, count: await countObjects(stage, begun.source, signal) }
          const estimate = estimateReplay(
            replay.count - replay.sent,
            replay.source.type === 'bucket' ? replay.count : 0,
          )
          if (options.dryRun) return printPlan(replay, estimate, options)
          if (!options.json) printPlan(replay, estimate, options)
          if (replay.count === 0) return options.json ? printResult(nothing(replay), options) : undefined
          const what = `replay ${plural(replay.count - replay.sent, 'object')} to ${subscriber.name}`
          await confirmChange(stage, what, options)
          const result = await run(stage, subscriber.queueUrl, replay, folder, options, signal)
          if (result.isInterrupted) setExitCode(EXIT.interrupted)
          printResult(result, options)
        })
      })
    })

function requestOf({ subscriber, prefix, since, until, list }: ReplayOptions): ReplayRequest {
  if (subscriber === undefined) throw new UsageError('say to whom: --subscriber NAME')
  const hasRange = prefix !== undefined || since !== undefined || until !== undefined
  if (list === undefined && !hasRange) throw new UsageError("say which objects: --prefix '' for all, --since or --list")
  if (list !== undefined && hasRange) throw new UsageError('--list names the objects itself: leave out the others')
  return {
    subscriber,
    range: [since, until].join(' '),
    ...(prefix === undefined ? {} : { prefix }),
    ...(since === undefined ? {} : { since: parseTime(since) }),
    ...(until === undefined ? {} : { until: parseTime(until) }),
    ...(list === undefined ? {} : { list: list === '-' ? '-' : resolveTyped(list) }),
  }
}

async function run(
  stage: Stage,
  queueUrl: string,
  replay: Checkpoint,
  folder: string,
  options: ReplayOptions,
  signal: AbortSignal,
): Promise<ReplayResult> {
  const bar = startProgress(`replaying to ${replay.subscriber}`, replay.count - replay.sent, options)
  const onProgress = (sent: number) => bar.advance(sent)
  return await replayObjects(stage, { queueUrl }, replay, { folder, rate: options.rate, signal, onProgress }).finally(
    () => bar.stop(),
  )
}

const nothing = ({ id, subscriber }: Checkpoint): ReplayResult => {
  return { id, subscriber, sent: 0, count: 0, resumedAt: 0, isInterrupted: false }
}

function printPlan(replay: Checkpoint, estimate: ReplayEstimate, { json, rate, dryRun }: ReplayOptions): void {
  const { id, subscriber, count, sent } = replay
  const seconds = Math.ceil((count - sent) / rate)
  if (json)
    return console.log(JSON.stringify({ id, subscriber, dryRun: true, count, sent, seconds, estimate }, undefined, 2))
  if (sent > 0) console.log(`going on with ${id}: ${sent} of ${count} were sent (--restart begins anew)`)
  console.log(`${plural(count - sent, 'object')} to ${subscriber}, in ${seconds} s or more`)
  const { sqsRequests, invocations, listRequests, usd } = estimate
  console.log(
    `  about $${usd.toFixed(usd < 0.01 ? 4 : 2)}: ${sqsRequests} requests to SQS, ${invocations} to Lambda, ${listRequests} to S3; what ${subscriber} itself does comes on top`,
  )
  if (dryRun) console.log('  nothing was sent')
}

function printResult(result: ReplayResult, { json }: ReplayOptions): void {
  if (json) return console.log(JSON.stringify(result, undefined, 2))
  const { subscriber, sent, count, isInterrupted } = result
  console.log(`sent to ${subscriber}: ${sent} of ${plural(count, 'object')}`)
  if (isInterrupted) console.log('  interrupted: the same command goes on from here')
}
