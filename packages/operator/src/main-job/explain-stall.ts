import type { FunctionLogs } from '../local-session/function-logs.ts'
import { plural } from '../printing/plural.ts'
import { readQueueDepths } from '../stage/queue-depths.ts'
import type { Stage } from '../stage/stage.ts'
import type { StalledError } from './stalled-error.ts'

/** Says of each subscriber that owes deliveries where they are, and what its function complained of last. */
export async function explainStall(stage: Stage, error: StalledError, logs: FunctionLogs): Promise<string> {
  const depths = await readQueueDepths(stage)
  const lines = stage.subscribers
    .filter(({ name }) => error.missing.has(name))
    .map(({ name, functionName }) => {
      const depth = depths.find((other) => other.name === name)
      const messages = (depth?.waiting ?? 0) + (depth?.inFlight ?? 0) + (depth?.delayed ?? 0)
      const where =
        messages === 0
          ? 'nothing is in its queue: the event did not reach it, or its filter left it out'
          : `${plural(messages, 'message')} in its queue, to be tried again`
      const complaint = logs.lastComplaint(functionName)
      return `  ${name}: ${where}${complaint === undefined ? '' : `\n    ${complaint}`}`
    })
  return [error.message, ...lines].join('\n')
}
