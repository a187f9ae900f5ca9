import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writeContactSheet } from './contact-sheet.ts'
import { describeChange } from './describe-change.ts'
import { describeDelivery, describeLag } from '../printing/describe-delivery.ts'
import { describeLogLine } from '../printing/describe-log-line.ts'
import { describeStep } from '../local-session/describe-step.ts'
import { describeRate, describeSummary } from './describe-summary.ts'
import { printable } from '../printing/printable.ts'
import type { RunReporter } from './run-main-job.ts'
import { shellQuote } from '../printing/shell-quote.ts'
import { summarizeDeliveries } from './summarize-deliveries.ts'
import { stateFolder } from '../workspace.ts'
import { createTablePrinter, MANY_OBJECTS, type TablePrinter } from './table-printer.ts'

/** Prints a run for a person: steps, the table as it fills, the summary, what to do next. */
export function createHumanReporter(root: string, { keepsData }: { keepsData: boolean }): RunReporter {
  let table: TablePrinter | undefined
  let firstKey = 'KEY'
  const note = (line: string) => (table ? table.note(line) : console.log(line))
  return {
    step: (step) => console.log(describeStep(step)),
    warning: (text) => text.split('\n').forEach((line) => note(`  ${printable(line)}`)),
    begin: (keys, subscribers) => {
      firstKey = keys[0] ?? firstKey
      table = createTablePrinter(process.stdout, keys, subscribers)
    },
    delivery: (object) => table?.update(object),
    settled: (objects) => {
      table?.finish(objects)
      table = undefined
      const summary = summarizeDeliveries(objects)
      console.log(`\n${describeSummary(summary)}`)
      if (objects.length > MANY_OBJECTS) console.log(describeRate(summary))
    },
    idle: async ({ stage }, startedAt) => {
      const file = join(stateFolder(root), 'thumbnails.html')
      if (keepsData && (await writeContactSheet(stage, startedAt, file)) > 0) {
        console.log(`\n  thumbnails   ${pathToFileURL(file).href}`)
      }
      const key = /^[\w./@:-]+$/.test(firstKey) ? firstKey : shellQuote(printable(firstKey))
      console.log(`  upload       pnpm fanout upload FILE      what happened   pnpm fanout status ${key}`)
      console.log('  change code  save a file in apps/: rebuilt, used by the next event')
      console.log(`  stop         Ctrl-C${keepsData ? ' (data kept)' : ''}\n`)
    },
    functionLog: (subscriber, line) => {
      const described = describeLogLine(line)
      if (described !== undefined) note(`  ${subscriber}  ${described}`)
    },
    change: (change) => describeChange(change).forEach((line) => note(`  ${line}`)),
    laterDelivery: (record) =>
      console.log(
        `  ${printable(record.objectKey)}  ${record.subscriber}  ${describeDelivery(record)}  ${describeLag(record)}`,
      ),
  }
}
