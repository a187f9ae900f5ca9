import type { DeliveryRecord } from '@fanout/schemas'
import type { ObjectDeliveries } from './await-deliveries.ts'
import { EXIT } from './exit-codes.ts'
import { explainStall } from './explain-stall.ts'
import { createFunctionLogs, type FunctionLogs } from './function-logs.ts'
import { untilInterrupted } from './interruption.ts'
import { followDeliveries } from './later-deliveries.ts'
import { startLocalSession, type LocalOptions, type LocalSession, type LocalStep } from './local-session.ts'
import { readDeliveries } from './read-deliveries.ts'
import { runFiles } from './run-files.ts'
import type { SourceFile } from './source-files.ts'
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
}

export type MainJobOptions = Pick<LocalOptions, 'root' | 'port' | 'ephemeral' | 'timeScale'> & {
  /** Ends when every delivery is settled. */
  once: boolean
}

const STALL_MS = 60_000

/**
 * The main job: builds the workspace, runs it here, uploads the files and waits for every subscriber; then stays until the
 * signal. Returns the exit code.
 */
export async function runMainJob(
  files: readonly SourceFile[],
  options: MainJobOptions,
  reporter: RunReporter,
  signal: AbortSignal,
): Promise<number> {
  let onKey: (key: string) => void = () => {}
  const logs = createFunctionLogs((key) => onKey(key))
  const { step: onStep, warning: onWarning } = reporter
  const session = await startLocalSession({ ...options, signal, onStep, onWarning, onFunctionLog: logs.add })
  try {
    const startedAt = new Date()
    const exitCode = await settleFiles(files, session, options, reporter, logs, signal)
    if (options.once) return exitCode
    await reporter.idle(session, startedAt)
    const read = (key: string, since: string) => readDeliveries(session.stage, key, since)
    onKey = followDeliveries(read, reporter.laterDelivery).look
    await untilInterrupted(signal)
    return EXIT.interrupted
  } finally {
    await session.close()
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
