import { Command } from 'commander'
import { example, type SetExitCode } from '../command-line/command-options.ts'
import { describeAge } from '../printing/describe-time.ts'
import { groupDeadLetters, type DeadLetterGroup } from '../dlq/group-dead-letters.ts'
import { peekDeadLetters } from '../dlq/peek-dead-letters.ts'
import { EXIT } from '../exit-codes.ts'
import { findSubscriber } from '../stage/find-subscriber.ts'
import { plural } from '../printing/plural.ts'
import { printable } from '../printing/printable.ts'
import type { Stage } from '../stage/stage.ts'
import { addTargetOptions, type TargetOptions } from '../command-line/target-options.ts'
import { withStage } from '../command-line/with-stage.ts'

export const createListCommand = (setExitCode: SetExitCode): Command =>
  addTargetOptions(new Command('list'))
    .description('Lists dead letters by subscriber and reason, the most frequent first. Exits 3 when there are any.')
    .argument('[subscriber]', 'only this one')
    .addHelpText('after', example('pnpm fanout dlq list', 'pnpm -s fanout dlq list thumbnailer --json'))
    .action(async (name: string | undefined, options: TargetOptions) => {
      await withStage(options, async (stage) => {
        const subscribers = name === undefined ? stage.subscribers : [findSubscriber(stage, name)]
        const letters = await peekDeadLetters({ ...stage, subscribers })
        const groups = groupDeadLetters(letters)
        if (letters.length > 0) setExitCode(EXIT.needsAttention)
        if (options.json) printJson(stage.name, groups)
        else printGroups(groups, stage)
      })
    })

function printJson(stage: string, groups: DeadLetterGroup[]): void {
  const document = {
    stage,
    count: groups.reduce((sum, { count }) => sum + count, 0),
    groups: groups.map(({ errorName, ...group }) => ({ ...group, errorName: errorName ?? null })),
  }
  console.log(JSON.stringify(document, undefined, 2))
}

function printGroups(groups: DeadLetterGroup[], { isLocal }: Pick<Stage, 'isLocal'>): void {
  if (groups.length === 0) return console.log('no dead letters')
  for (const { subscriber, kind, errorName, reason, count, messages, oldest, newest, redrives, keys } of groups) {
    const twice = messages > count ? ` (${plural(messages, 'message')}: some are there twice)` : ''
    const sentBack = redrives > 0 ? `, sent back up to ${plural(redrives, 'time')} before` : ''
    console.log(`${subscriber}  ${plural(count, 'dead letter')}${twice}  ${KINDS[kind]}`)
    console.log(`  why    ${[errorName, printable(reason)].filter(Boolean).join(': ')}`)
    const [from, to] = [describeAge(oldest), describeAge(newest)]
    console.log(`  when   ${from === to ? from : `${from} to ${to}`}${sentBack}`)
    console.log(`  what   ${keys.map(printable).join(', ')}${count > keys.length ? ', …' : ''}\n`)
  }
  const [first] = groups
  // On AWS nobody writes down what was refused
  const isRefused = isLocal && groups.some(({ errorName }) => errorName === 'AccessDenied')
  if (isRefused) console.log('  which right   pnpm fanout doctor --permissions')
  console.log(`  look closer   pnpm fanout dlq peek ${first?.subscriber}`)
  console.log(`  send back     pnpm fanout dlq redrive ${first?.subscriber}`)
}

const KINDS = {
  handler: 'given up by the function',
  sqs: 'moved by SQS',
  sns: 'not delivered by SNS',
  unknown: 'put there by somebody',
} as const
