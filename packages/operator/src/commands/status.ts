import { Command } from 'commander'
import { example, type SetExitCode } from '../command-line/command-options.ts'
import { describeLag } from '../printing/describe-delivery.ts'
import { describeAge, describeDuration } from '../printing/describe-time.ts'
import { EXIT } from '../exit-codes.ts'
import { readOverview, type SubscriberOverview } from '../overview/read-overview.ts'
import { printable } from '../printing/printable.ts'
import { findKeepers } from '../reconcile/keeper.ts'
import { readObjectStory, type ObjectStory } from '../story/object-story.ts'
import { storyDocument } from '../story/story-document.ts'
import { tellStory } from '../story/tell-story.ts'
import { addTargetOptions, type TargetOptions } from '../command-line/target-options.ts'
import { withStage } from '../command-line/with-stage.ts'
import { WORKSPACE_ROOT } from '../workspace.ts'

interface StatusOptions extends TargetOptions {
  check?: true
}

export const statusCommand = (setExitCode: SetExitCode): Command =>
  addTargetOptions(new Command('status'))
    .description(
      "Tells an object's story: what happened, what each subscriber made of it, what there is now. Without a key: how every subscriber is.",
    )
    .argument('[key]', 'the object')
    .option('--check', 'exit 3 when there are dead letters, or a subscriber is paused')
    .addHelpText('after', example('pnpm fanout status', 'pnpm fanout status IMG_2041.jpg'))
    .action(async (key: string | undefined, options: StatusOptions) => {
      await withStage(options, async (stage) => {
        if (key !== undefined) {
          const story = await readObjectStory(stage, await findKeepers(stage, WORKSPACE_ROOT), key)
          if (options.check && story.deadLetters.length > 0) setExitCode(EXIT.needsAttention)
          return options.json ? console.log(JSON.stringify(storyDocument(story), undefined, 2)) : printStory(story)
        }
        const subscribers = await readOverview(stage, WORKSPACE_ROOT)
        const isWell = subscribers.every(({ deadLetters, state }) => deadLetters === 0 && state !== 'paused')
        if (options.check && !isWell) setExitCode(EXIT.needsAttention)
        if (options.json) printOverviewJson(stage.name, subscribers)
        else printOverview(subscribers)
      })
    })

function printStory(story: ObjectStory): void {
  const lines = tellStory(story)
  const width = lines.reduce((most, { who }) => Math.max(most, who.length), 'dead letter'.length)
  console.log(printable(story.key))
  let day = ''
  for (const { at, who, text, lagMs } of lines) {
    const [date = '', time = ''] = at.split('T')
    if (date !== day) console.log(`\n  ${date} (UTC)`)
    day = date
    console.log(
      `  ${time.slice(0, 12).padEnd(12)}  ${who.padEnd(width)}  ${printable(text)}${lagMs === undefined ? '' : `  ${describeLag({ lagMs })}`}`,
    )
  }
  console.log('\n  now')
  for (const [what, text] of describeNow(story))
    console.log(`  ${' '.repeat(12)}  ${what.padEnd(width)}  ${printable(text)}`)
}

function* describeNow({ object, outputs, deadLetters }: ObjectStory): Generator<[what: string, text: string]> {
  const place = object?.isArchived ? ', in an archive' : ''
  yield ['object', object ? `${object.size} bytes, since ${object.lastModified.toISOString()}${place}` : 'not there']
  for (const { subscriber, state, text } of outputs) yield [subscriber, STATES[state](text)]
  for (const { subscriber, messageId, errorName, reason } of deadLetters) {
    const why = [subscriber, errorName, reason].filter((part) => part !== undefined).join(': ')
    yield ['dead letter', `${why}   to try again: pnpm fanout dlq redrive ${subscriber} --id ${messageId}`]
  }
}

const STATES: Readonly<Record<ObjectStory['outputs'][number]['state'], (text: string) => string>> = {
  current: (text) => `${text} (of this object)`,
  none: (text) => `nothing, as it should be (${text})`,
  missing: () => 'nothing yet   if it stays so: pnpm fanout reconcile --repair',
  outdated: (text) =>
    `${text} (of an earlier object, or other settings)   if it stays so: pnpm fanout reconcile --repair`,
  archived: (text) => `${text} (nothing new can be made until the object is restored from the archive)`,
  orphaned: (text) => `${text} (the object is gone)   if it stays so: pnpm fanout reconcile --repair`,
}

function printOverviewJson(stage: string, subscribers: SubscriberOverview[]): void {
  const documents = subscribers.map(({ oldestWaitingSeconds, oldestDeadLetter, lastActivity, ...subscriber }) => ({
    ...subscriber,
    oldestWaitingSeconds: oldestWaitingSeconds ?? null,
    oldestDeadLetter: oldestDeadLetter ?? null,
    lastActivity: lastActivity ?? null,
  }))
  console.log(JSON.stringify({ stage, subscribers: documents }, undefined, 2))
}

const HEADS = ['waiting', 'in flight', 'delayed', 'oldest', 'dead letters', 'since', 'last activity']

function printOverview(subscribers: SubscriberOverview[]): void {
  const rows = subscribers.map((one) => [
    one.name,
    String(one.waiting),
    String(one.inFlight),
    String(one.delayed),
    one.oldestWaitingSeconds === undefined ? '–' : describeDuration(one.oldestWaitingSeconds),
    String(one.deadLetters),
    one.oldestDeadLetter === undefined ? '–' : describeAge(one.oldestDeadLetter),
    one.lastActivity === undefined ? '–' : describeAge(one.lastActivity),
  ])
  const table = [['subscriber', ...HEADS], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  table.forEach((row, index) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    )
    const state = subscribers[index - 1]?.state
    const note = state === 'paused' || state === 'absent' || state === 'changing' ? `  ${state}` : ''
    console.log(cells.join('  ') + note)
  })
}
