import type { FileCommand } from '@fanout/handler/commands'
import { Command } from 'commander'
import { example, jsonOption, type SetExitCode } from './command-options.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { whyUnreadable } from '../input/file-errors.ts'
import { printable } from '../printing/printable.ts'
import { readLines } from '../input/read-lines.ts'
import { enterTypedFolder } from '../workspace.ts'

/** Makes the command of `fanout` that an app has defined. */
export function createFileCommand(definition: FileCommand, setExitCode: SetExitCode): Command {
  const command = new Command(definition.name)
    .description(definition.description)
    .argument('[file...]', 'files on this machine')
    .option('--stdin', 'read file names from standard input, one a line')
    .addOption(jsonOption())
    .addHelpText('after', example(definition.example))
  for (const { flags, description } of definition.options) command.option(flags, description)
  return command.action(async (files: string[], { stdin, json }: { stdin?: true; json?: true }) => {
    if (files.length === 0 && !stdin) throw new UsageError('name files, or pass their names by --stdin')
    // The app takes every path as the person typed it
    enterTypedFolder()
    const print = json ? printJson : printText
    for await (const file of listFiles(files, stdin)) {
      try {
        print(file, await definition.run(file, command.opts<FileOptions>()), definition)
      } catch (error) {
        setExitCode(EXIT.failed)
        reportUnreadable(file, whyUnreadable(error), json)
      }
    }
  })
}

type FileOptions = Parameters<FileCommand['run']>[1]

async function* listFiles(files: string[], stdin: true | undefined): AsyncGenerator<string> {
  yield* files
  if (stdin) yield* readLines(process.stdin)
}

function printJson(file: string, result: Record<string, unknown>): void {
  console.log(JSON.stringify({ file, ...result }))
}

function printText(file: string, result: Record<string, unknown>, definition: FileCommand): void {
  console.log(`${printable(file)}  ${printable(definition.describe(result))}`)
}

/** Every file has its line, this one too. */
function reportUnreadable(file: string, reason: string, json: true | undefined): void {
  if (json) printJson(file, { error: reason })
  console.error(`fanout: ${printable(file)}: ${printable(reason)}`)
}
