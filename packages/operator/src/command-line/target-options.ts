import { InvalidArgumentError, Option, type Command } from 'commander'
import { jsonOption, portOption, stageOption } from './command-options.ts'
import type { StageChoice } from '../stage/open-stage.ts'

/** What every command that talks to a stage understands. */
export interface TargetOptions extends StageChoice {
  json?: true
}

/** Of a command that changes something, too. */
export interface ChangeOptions extends TargetOptions {
  dryRun?: true
  yes?: true
}

export function addTargetOptions(command: Command): Command {
  return command
    .addOption(jsonOption())
    .addOption(stageOption())
    .addOption(new Option('--profile <name>', 'of your AWS configuration, for a stage on AWS'))
    .addOption(new Option('--region <name>', 'for a stage on AWS'))
    .addOption(portOption())
}

export function addChangeOptions(command: Command): Command {
  return addTargetOptions(command)
    .option('--dry-run', 'tell what would be done, and do nothing')
    .option('-y, --yes', 'ask nothing')
}

export const rateOption = (usual: number) =>
  new Option('--rate <number>', 'messages a second at most').argParser(parsePositive).default(usual)

export function parsePositive(text: string): number {
  const number = Number(text)
  if (!(number > 0 && Number.isFinite(number))) throw new InvalidArgumentError('It is not a positive number.')
  return number
}

export function parseCount(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1) throw new InvalidArgumentError('It is not a number from 1.')
  return number
}
