import { Command, CommanderError } from 'commander'
import { findAppCommands, type CreateCommand } from './command-line/app-commands.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { WORKSPACE_ROOT } from './workspace.ts'

// The AWS clients and sharp take longer to load than most commands to run
const LOADERS: Readonly<Record<string, () => Promise<CreateCommand>>> = {
  start: async () => (await import('./commands/start.ts')).startCommand,
  local: async () => (await import('./commands/local.ts')).localCommand,
  upload: async () => (await import('./commands/upload.ts')).uploadCommand,
  status: async () => (await import('./commands/status.ts')).statusCommand,
  find: async () => (await import('./commands/find.ts')).findCommand,
  env: async () => (await import('./commands/env.ts')).envCommand,
  dlq: async () => (await import('./commands/dlq.ts')).dlqCommand,
  replay: async () => (await import('./commands/replay.ts')).replayCommand,
  reconcile: async () => (await import('./commands/reconcile.ts')).reconcileCommand,
  pause: async () => (await import('./commands/pause.ts')).pauseCommand,
  resume: async () => (await import('./commands/pause.ts')).resumeCommand,
  logs: async () => (await import('./commands/logs.ts')).logsCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  policies: async () => (await import('./commands/policies.ts')).policiesCommand,
  cost: async () => (await import('./commands/cost.ts')).costCommand,
  parse: async () => (await import('./commands/parse.ts')).parseCommand,
}

/** Runs the command that the arguments name and returns the process's exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const program = new Command('fanout')
    .description('Runs, feeds and watches the pipeline, here or on AWS.')
    .addHelpText('after', '\nExample:\n  $ pnpm start ~/Pictures/*.jpg\n  $ pnpm fanout status IMG_2041.jpg')
  let exitCode: number = EXIT.ok
  for (const createCommand of await findCommands(argv[2])) {
    program.addCommand(createCommand((code) => (exitCode = code)))
  }
  for (const command of [program, ...program.commands]) {
    command.exitOverride().showHelpAfterError(`See ${usageOf(program, command)} --help`)
  }
  try {
    await program.parseAsync(argv)
    return exitCode
  } catch (error) {
    // Commander has printed what is wrong, with the nearest name
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    complain(messageOf(error))
    return exitCodeOf(error)
  }
}

/** The named one; or else all of them: help lists them, and an unknown name is compared with theirs. */
async function findCommands(name: string | undefined): Promise<CreateCommand[]> {
  const load = Object.entries(LOADERS).find(([command]) => command === name)?.[1]
  if (load) return [await load()]
  const ofApps = await findAppCommands(WORKSPACE_ROOT, Object.keys(LOADERS), complain)
  const ofApp = ofApps.get(name ?? '')
  if (ofApp) return [ofApp]
  const own = await Promise.all(Object.values(LOADERS).map((loadOne) => loadOne()))
  return [...own, ...ofApps.values()]
}

const usageOf = (program: Command, command: Command): string =>
  command === program ? 'pnpm fanout' : `pnpm fanout ${command.name()}`

function complain(text: string): void {
  process.stderr.write(`fanout: ${text}\n`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}
