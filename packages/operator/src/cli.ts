import { Command, CommanderError } from 'commander'
import type { SetExitCode } from './command-options.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'

// The AWS clients and sharp take longer to load than most commands to run
const LOADERS: Readonly<Record<string, () => Promise<(setExitCode: SetExitCode) => Command>>> = {
  start: async () => (await import('./commands/start.ts')).startCommand,
  local: async () => (await import('./commands/local.ts')).localCommand,
  upload: async () => (await import('./commands/upload.ts')).uploadCommand,
  status: async () => (await import('./commands/status.ts')).statusCommand,
  env: async () => (await import('./commands/env.ts')).envCommand,
  dlq: async () => (await import('./commands/dlq.ts')).dlqCommand,
  replay: async () => (await import('./commands/replay.ts')).replayCommand,
  parse: async () => (await import('./commands/parse.ts')).parseCommand,
}

/** Runs the command that the arguments name and returns the process's exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const program = new Command('fanout')
    .description('Runs, feeds and watches the pipeline, here or on AWS.')
    .addHelpText('after', '\nExample:\n  $ pnpm start ~/Pictures/*.jpg\n  $ pnpm fanout status IMG_2041.jpg')
  let exitCode: number = EXIT.ok
  for (const load of loadersFor(argv[2])) {
    const createCommand = await load()
    program.addCommand(createCommand((code) => (exitCode = code)))
  }
  for (const command of [program, ...program.commands]) command.exitOverride()
  try {
    await program.parseAsync(argv)
    return exitCode
  } catch (error) {
    // Commander has printed what is wrong, with the nearest name
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    process.stderr.write(`fanout: ${messageOf(error)}\n`)
    return exitCodeOf(error)
  }
}

/** All of them for anything but a command's name: help lists them, and an unknown name is compared with theirs. */
function loadersFor(name: string | undefined) {
  const loader = Object.entries(LOADERS).find(([command]) => command === name)?.[1]
  return loader ? [loader] : Object.values(LOADERS)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}
