import { Command, Option } from 'commander'
import { example, type SetExitCode } from '../command-line/command-options.ts'
import type { DeadLetter } from '../dlq/dead-letter.ts'
import { letterDocument } from '../dlq/letter-document.ts'
import { peekDeadLetters } from '../dlq/peek-dead-letters.ts'
import { isChosen } from '../dlq/select-dead-letters.ts'
import { EXIT } from '../exit-codes.ts'
import { findSubscriber } from '../stage/find-subscriber.ts'
import { printable } from '../printing/printable.ts'
import { addTargetOptions, parseCount, type TargetOptions } from '../command-line/target-options.ts'
import { withStage } from '../command-line/with-stage.ts'
import { addChoiceOptions, choiceOf, type ChoiceOptions } from './dlq-options.ts'

interface PeekOptions extends TargetOptions, ChoiceOptions {
  limit: number
  body?: true
}

export const createPeekCommand = (setExitCode: SetExitCode): Command =>
  addChoiceOptions(addTargetOptions(new Command('peek')))
    .description('Shows dead letters and leaves them where they are. Exits 3 when there are any.')
    .argument('<subscriber>')
    .addOption(new Option('-n, --limit <number>', 'show so many at most').argParser(parseCount).default(10))
    .option('--body', 'the messages themselves, too')
    .addHelpText(
      'after',
      example('pnpm fanout dlq peek thumbnailer', "pnpm fanout dlq peek thumbnailer --prefix 'a b/'"),
    )
    .action(async (name: string, options: PeekOptions) => {
      await withStage(options, async (stage) => {
        const choice = choiceOf(options)
        // What is not chosen has to be looked at, too
        const most = Object.keys(choice).length === 0 ? options.limit : undefined
        const all = await peekDeadLetters({ ...stage, subscribers: [findSubscriber(stage, name)] }, most)
        const letters = all.filter((letter) => isChosen(letter, choice)).slice(0, options.limit)
        if (letters.length > 0) setExitCode(EXIT.needsAttention)
        if (options.json)
          console.log(JSON.stringify({ stage: stage.name, letters: letters.map(letterDocument) }, undefined, 2))
        else printLetters(letters, options)
      })
    })

function printLetters(letters: DeadLetter[], { body }: PeekOptions): void {
  if (letters.length === 0) console.log('no dead letters')
  for (const letter of letters) {
    const { messageId, keys, errorName, reason, attempts, redrives, firstFailedAt, lastFailedAt, requestId } = letter
    const events = letter.events.map(({ eventName, eventTime }) => `${eventName} ${eventTime}`)
    console.log(keys.map(printable).join(', ') || '(no object can be told from it)')
    console.log(`  message   ${messageId}`)
    if (events.length > 0) console.log(`  event     ${events.join(', ')}`)
    console.log(`  why       ${[errorName, printable(reason)].filter(Boolean).join(': ')}`)
    console.log(`  tried     ${attempts} times, sent back ${redrives} times`)
    if (firstFailedAt) console.log(`  failed    ${firstFailedAt} to ${lastFailedAt}`)
    if (requestId) console.log(`  logs      pnpm fanout logs ${letter.subscriber} --request-id ${requestId}`)
    if (body) console.log(`  body      ${printable(letter.body)}`)
  }
}
