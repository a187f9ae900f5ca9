import type { Command } from 'commander'
import type { DeadLetterChoice } from '../dlq/select-dead-letters.ts'

export interface ChoiceOptions {
  id?: string[]
  reason?: string
  prefix?: string
}

export function addChoiceOptions(command: Command): Command {
  return command
    .option('--id <message-id...>', 'only these messages, as peek shows them')
    .option('--reason <text>', 'only those whose reason or error name contains this, as list shows it')
    .option('--prefix <prefix>', 'only those about objects whose key begins with this')
}

export function choiceOf({ id, reason, prefix }: ChoiceOptions): DeadLetterChoice {
  return {
    ...(id === undefined ? {} : { ids: id }),
    ...(reason === undefined ? {} : { reason }),
    ...(prefix === undefined ? {} : { prefix }),
  }
}
