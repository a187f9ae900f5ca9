import { Command } from 'commander'
import { example, type SetExitCode } from '../command-line/command-options.ts'
import { createDiscardCommand } from './dlq-discard.ts'
import { createListCommand } from './dlq-list.ts'
import { createPeekCommand } from './dlq-peek.ts'
import { createRedriveCommand } from './dlq-redrive.ts'

export function dlqCommand(setExitCode: SetExitCode): Command {
  const command = new Command('dlq')
    .description('Dead letters: lists them by reason, looks at them, sends them back, discards them.')
    .addHelpText(
      'after',
      example('pnpm fanout dlq list', 'pnpm fanout dlq peek thumbnailer', 'pnpm fanout dlq redrive thumbnailer'),
    )
  for (const create of [createListCommand, createPeekCommand, createRedriveCommand, createDiscardCommand]) {
    command.addCommand(create(setExitCode).exitOverride())
  }
  return command
}
