import { Command } from 'commander'
import { example, jsonOption, portOption, stageOption } from '../command-options.ts'
import { describeDelivery, describeLag } from '../describe-delivery.ts'
import { readObjectStory, storyDocument, type ObjectStory } from '../object-story.ts'
import { openStage } from '../open-stage.ts'
import { printable } from '../printable.ts'
import { readQueueDepths, type QueueDepth } from '../queue-depths.ts'
import { closeStage } from '../stage.ts'
import { WORKSPACE_ROOT } from '../workspace.ts'

interface StatusOptions {
  json?: true
  stage?: string
  port?: number
}

export const statusCommand = (): Command =>
  new Command('status')
    .description("Shows what each subscriber made of an object; without a key, every subscriber's queues.")
    .argument('[key]', 'the object')
    .addOption(jsonOption())
    .addOption(stageOption())
    .addOption(portOption())
    .addHelpText('after', example('pnpm fanout status', 'pnpm fanout status IMG_2041.jpg'))
    .action(async (key: string | undefined, options: StatusOptions) => {
      const stage = await openStage(WORKSPACE_ROOT, options)
      try {
        if (key === undefined) printDepths(stage.name, await readQueueDepths(stage), options)
        else printStory(await readObjectStory(stage, key), options)
      } finally {
        closeStage(stage)
      }
    })

function printStory(story: ObjectStory, { json }: StatusOptions): void {
  if (json) return console.log(JSON.stringify(storyDocument(story), undefined, 2))
  console.log(printable(story.key))
  for (const record of story.deliveries) {
    const { settledAt, subscriber, eventName } = record
    console.log(`  ${settledAt}  ${subscriber}  ${eventName}  ${describeDelivery(record)}  ${describeLag(record)}`)
  }
  for (const { sentAt, subscriber, reason, attempts } of story.deadLetters) {
    console.log(`  ${sentAt}  ${subscriber}  in the dead-letter queue  ${printable(reason)}  ${attempts} attempts`)
  }
}

function printDepths(stage: string, subscribers: QueueDepth[], { json }: StatusOptions): void {
  if (json) return console.log(JSON.stringify({ stage, subscribers }, undefined, 2))
  const width = subscribers.reduce((most, { name }) => Math.max(most, name.length), 'subscriber'.length)
  console.log(`${'subscriber'.padEnd(width)}  waiting  in flight  delayed  dead letters`)
  for (const { name, waiting, inFlight, delayed, deadLetters } of subscribers) {
    const counts = [String(waiting).padStart(7), String(inFlight).padStart(9), String(delayed).padStart(7)]
    console.log([name.padEnd(width), ...counts, String(deadLetters).padStart(12)].join('  '))
  }
}
