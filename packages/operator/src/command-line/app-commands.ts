import type { FileCommand } from '@fanout/handler/commands'
import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SetExitCode } from './command-options.ts'
import { createFileCommand } from './file-command.ts'

/** What can add commands to the program, once it is known where their exit code goes. */
export type CreateCommand = (setExitCode: SetExitCode) => Command

/**
 * The commands that apps add: the default export of every `apps/*\/commands.ts`, one of them or several.
 * @param taken names that no app may use
 * @param onBroken told of an app whose commands cannot be had; it does not take along the others'
 */
export async function findAppCommands(
  root: string,
  taken: readonly string[],
  onBroken: (reason: string) => void,
): Promise<Map<string, CreateCommand>> {
  const found = new Map<string, CreateCommand>()
  for (const file of await findCommandFiles(root)) {
    try {
      for (const definition of await readDefinitions(file)) {
        const { name } = definition
        if (found.has(name) || taken.includes(name)) throw new Error(`there is another command ${name}`)
        // A wrong flag is noticed when the command is made
        createFileCommand(definition, () => {})
        found.set(name, (setExitCode) => createFileCommand(definition, setExitCode))
      }
    } catch (error) {
      onBroken(`${relative(root, file)}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return found
}

async function findCommandFiles(root: string): Promise<string[]> {
  const apps = join(root, 'apps')
  const names = existsSync(apps) ? await readdir(apps) : []
  return names
    .toSorted()
    .map((name) => join(apps, name, 'commands.ts'))
    .filter((file) => existsSync(file))
}

async function readDefinitions(file: string): Promise<FileCommand[]> {
  const { default: commands }: { default?: FileCommand | FileCommand[] } = await import(pathToFileURL(file).href)
  if (!commands) throw new Error('it has no default export, which should be a FileCommand')
  return [commands].flat()
}
