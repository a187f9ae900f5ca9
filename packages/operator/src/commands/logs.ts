import { Command } from 'commander'
import { example } from '../command-line/command-options.ts'
import { findSubscriber } from '../stage/find-subscriber.ts'
import type { LogEntry, LogQuery } from '../logs/log-entry.ts'
import { readLog } from '../logs/read-log.ts'
import { parseTime } from '../input/parse-time.ts'
import { printable } from '../printing/printable.ts'
import { addTargetOptions, type TargetOptions } from '../command-line/target-options.ts'
import { withStage } from '../command-line/with-stage.ts'
import { WORKSPACE_ROOT } from '../workspace.ts'

interface LogsOptions extends TargetOptions {
  key?: string
  requestId?: string
  since?: string
}

export const logsCommand = (): Command =>
  addTargetOptions(new Command('logs'))
    .description("Shows what a subscriber's function logged, older lines first; --json prints one object a line.")
    .argument('<subscriber>')
    .option('--key <key>', 'only about this object')
    .option('--request-id <id>', 'only of this invocation')
    .option('--since <time>', 'only what is younger: a date, a time, or 2h (default on AWS: 1h)')
    .addHelpText(
      'after',
      example('pnpm fanout logs thumbnailer --key IMG_2041.jpg', 'pnpm -s fanout logs audit-logger --since 10m --json'),
    )
    .action(async (name: string, { key, requestId, since, ...options }: LogsOptions) => {
      const from = since === undefined ? undefined : parseTime(since)
      await withStage(options, async (stage) => {
        const subscriber = findSubscriber(stage, name)
        const start =
          from ?? (stage.isLocal || key !== undefined || requestId !== undefined ? undefined : parseTime('1h'))
        const query: LogQuery = {
          ...(key === undefined ? {} : { key }),
          ...(requestId === undefined ? {} : { requestId }),
          ...(start === undefined ? {} : { since: start }),
        }
        let count = 0
        for await (const entry of readLog(stage, subscriber, WORKSPACE_ROOT, query)) {
          console.log(options.json ? JSON.stringify(documentOf(entry)) : describe(entry))
          count += 1
        }
        if (count === 0 && !options.json) console.log(`${name} has logged nothing like that`)
      })
    })

const documentOf = ({ timestamp, level, message, requestId, key, fields }: LogEntry) => ({
  timestamp: timestamp ?? null,
  level,
  message,
  requestId: requestId ?? null,
  key: key ?? null,
  ...fields,
})

function describe({ timestamp = '', level, message, key, fields }: LogEntry): string {
  const others = Object.entries(fields).filter(([name]) => !EVERYWHERE.has(name))
  const texts = others.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return [timestamp, level.padEnd(5), message, key, ...texts]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => printable(part ?? ''))
    .join('  ')
}

const EVERYWHERE: ReadonlySet<string> = new Set(['subscriber', 'bucket'])
