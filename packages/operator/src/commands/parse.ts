import { Command } from 'commander'
import { example, jsonOption, type SetExitCode } from '../command-line/command-options.ts'
import { EXIT } from '../exit-codes.ts'
import { parseFile, withNulls } from '../input/parse-file.ts'
import { printable } from '../printing/printable.ts'

export const parseCommand = (setExitCode: SetExitCode): Command =>
  new Command('parse')
    .description('Shows how a message is read: an S3 notification, an SNS envelope, an EventBridge or a Lambda event.')
    .argument('<file>', 'the message, or - for standard input')
    .addOption(jsonOption())
    .addHelpText('after', example('pnpm fanout parse event.json', 'pnpm -s fanout parse - --json < event.json'))
    .action(async (file: string, options: { json?: true }) => {
      const { kind, events, failures } = await parseFile(file)
      if (kind === 'unreadable') setExitCode(EXIT.failed)
      if (options.json) {
        const unreadable = failures.map(({ index, error }) => ({ index, error }))
        console.log(JSON.stringify({ kind, events: events.map(withNulls), failures: unreadable }, undefined, 2))
        return
      }
      if (kind === 'test-event') console.log("s3:TestEvent: S3's check that the topic can be reached")
      for (const { eventName, bucket, key, eventTime, kind: trust } of events) {
        console.log(`${eventName}  ${printable(bucket)}  ${printable(key)}  ${eventTime}  (${trust})`)
      }
      for (const { index, error } of failures) console.log(`record ${index} cannot be read: ${printable(error)}`)
    })
