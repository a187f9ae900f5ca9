import type { DeliveryRecord } from '@fanout/schemas'
import type { ObjectDeliveries } from './await-deliveries.ts'
import { EXIT } from '../exit-codes.ts'
import { explainStall } from './explain-stall.ts'
import { createFunctionLogs, type FunctionLogs } from '../local-session/function-logs.ts'
import { untilInterrupted } from '../command-line/interruption.ts'
import { followLogs } from '../local-session/follow-logs.ts'
import { startInnerLoop, type Change } from '../inner-loop/inner-loop.ts'
import { watchWorkspace } from '../inner-loop/watch-folders.ts'
import { followDeliveries } from './later-deliveries.ts'
import {
  startLocalSession,
  type LocalOptions,
  type LocalSession,
  type LocalStep,
} from '../local-session/local-session.ts'
import { readDeliveries } from '../stage/read-deliveries.ts'
import { runFiles } from './run-files.ts'
import type { SourceFile } from '../upload/source-files.ts'
import { StalledError } from './stalled-error.ts'

/** Told of everything that happens in a run. */
export interface RunReporter {
  step: (step: LocalStep) => void
  warning: (line: string) => void
  /** The files are about to be uploaded. */
  begin: (keys: string[], subscribers: string[]) => void
  delivery: (object: ObjectDeliveries) => void
  settled: (objects: ObjectDeliveries[], subscribers: string[]) => void
  /** From now on the run waits for what other clients do. */
  idle: (session: LocalSession, startedAt: Date) => Promise<void>
  laterDelivery: (record: DeliveryRecord) => void
  /** A function has logged a line. */
  functionLog: (subscriber: string, line: string) => void
  /** Somebody has changed a file of the workspace. */
  change: (change: Change) => void
}

export type MainJobOptions = Pick<LocalOptions, 'root' | 'port' | 'ephemeral' | 'timeScale'> & {
  /** Ends when every delivery is settled. */
  once: boolean
  /** The subscriber that a debugger is to look into. */
  inspected?: string | undefined
}

const STALL_MS = 60_000

/**
 * The main job: builds the workspace, runs it here, uploads the files and waits for every subscriber; then stays until the
 * signal, in step with the files of the workspace. Returns the exit code.
 */
export async function runMainJob(
  files: readonly SourceFile[],
  options: MainJobOptions,
  reporter: RunReporter,
  signal: AbortSignal,
): Promise<number> {
  const logs = createFunctionLogs()
  const { step: onStep, warning: onWarning } = reporter
  const start = () => startLocalSession({ ...options, signal, onStep, onWarning, onFunctionLog: logs.add })
  if (!options.once) return await runAndStay(files, start, options, reporter, logs, signal)
  const session = await start()
  try {
    return await settleFiles(files, session, options, reporter, logs, signal)
  } finally {
    await session.close()
  }
}

async function runAndStay(
  files: readonly SourceFile[],
  start: () => Promise<LocalSession>,
  options: MainJobOptions,
  reporter: RunReporter,
  logs: FunctionLogs,
  signal: AbortSignal,
): Promise<number> {
  const { root, inspected } = options
  const opened: (() => void | Promise<void>)[] = []
  try {
    // From before the build on, lest a change is missed
    const watcher = watchWorkspace(root, reporter.warning)
    opened.push(watcher.close)
    const session = await start()
    opened.push(session.close)
    opened.push(followLogs(root, session, logs, reporter.functionLog))
    const { provision } = session
    const loop = await startInnerLoop({ root, watcher, provision, onChange: reporter.change, signal, inspected })
    opened.push(loop.close)

    const startedAt = new Date()
    await settleFiles(files, session, options, reporter, logs, signal)
    await reporter.idle(session, startedAt)
    const read = (key: string, since: string) => readDeliveries(session.stage, key, since)
    const later = followDeliveries(read, reporter.laterDelivery)
    logs.follow((_functionName, _line, entry) => {
      // A warning is about a delivery that goes on
      if (entry?.key !== undefined && entry.level !== 'WARN') later.look(entry.key)
    })
    await loop.warm()
    await untilInterrupted(signal)
    return EXIT.interrupted
  } finally {
    while (opened.length > 0) await opened.pop()?.()
  }
}

async function settleFiles(
  files: readonly SourceFile[],
  { stage }: LocalSession,
  { once }: MainJobOptions,
  reporter: RunReporter,
  logs: FunctionLogs,
  signal: AbortSignal,
): Promise<number> {
  const subscribers = stage.subscribers.map(({ name }) => name)
  reporter.begin(
    files.map(({ key }) => key),
    subscribers,
  )
  try {
    const objects = await runFiles(stage, files, { stallMs: STALL_MS, signal, onDelivery: reporter.delivery })
    reporter.settled(objects, subscribers)
    const hasDead = objects.some((object) => [...object.subscribers.values()].some(({ outcome }) => outcome === 'dead'))
    return hasDead ? EXIT.needsAttention : EXIT.ok
  } catch (error) {
    if (!(error instanceof StalledError)) throw error
    const explanation = await explainStall(stage, error, logs)
    if (once) throw new Error(explanation, { cause: error })
    reporter.warning(explanation)
    return EXIT.failed
  }
}
