import { Command } from 'commander'
import {
  ephemeralOption,
  example,
  localPortOption,
  timeScaleOption,
  type SetExitCode,
} from '../command-line/command-options.ts'
import { DEFAULT_PORT } from '../stage/connection.ts'
import { describeStep } from '../local-session/describe-step.ts'
import { EXIT } from '../exit-codes.ts'
import { followLogs } from '../local-session/follow-logs.ts'
import { createFunctionLogs } from '../local-session/function-logs.ts'
import { untilInterrupted, withInterruption } from '../command-line/interruption.ts'
import { startLocalSession } from '../local-session/local-session.ts'
import { printable } from '../printing/printable.ts'
import { WORKSPACE_ROOT } from '../workspace.ts'

export const localCommand = (setExitCode: SetExitCode): Command =>
  new Command('local')
    .description('Builds and synthesizes everything and runs it on this machine, until Ctrl-C.')
    .addOption(ephemeralOption())
    .addOption(localPortOption())
    .addOption(timeScaleOption())
    .addHelpText('after', example('pnpm local', 'pnpm local --ephemeral --port 4599'))
    .action(async (options: { port: number; ephemeral?: true; timeScale?: number }) => {
      await withInterruption(async (signal) => {
        const logs = createFunctionLogs()
        const session = await startLocalSession({
          root: WORKSPACE_ROOT,
          port: options.port,
          ephemeral: options.ephemeral ?? false,
          ...(options.timeScale === undefined ? {} : { timeScale: options.timeScale }),
          signal,
          onStep: (step) => console.log(describeStep(step)),
          onWarning: (line) => console.log(`  ${printable(line)}`),
          onFunctionLog: logs.add,
        })
        const closeLogs = followLogs(WORKSPACE_ROOT, session, logs, () => {})
        const flag = options.port === DEFAULT_PORT ? '' : ` --port ${new URL(session.endpoint).port}`
        console.log(`\n  use it   eval "$(pnpm -s fanout env${flag})"`)
        console.log(`  upload   pnpm fanout upload FILE${flag}`)
        console.log(`  stop     Ctrl-C${options.ephemeral ? '' : ' (data kept)'}`)
        await untilInterrupted(signal)
        await session.close()
        closeLogs()
        setExitCode(EXIT.interrupted)
      })
    })
