import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findKeepers } from '../reconcile/keeper.ts'
import { DEFAULT_PORT } from '../stage/connection.ts'
import { writeContactSheet } from './contact-sheet.ts'
import { describeChange } from './describe-change.ts'
import { describeDelivery, describeLag } from '../printing/describe-delivery.ts'
import { describeLogLine } from '../printing/describe-log-line.ts'
import { describeStep } from '../local-session/describe-step.ts'
import { describeRate, describeSummary } from './describe-summary.ts'
import { findImages } from './find-images.ts'
import { printable } from '../printing/printable.ts'
import type { RunReporter } from './run-main-job.ts'
import { shellWord } from '../printing/shell-quote.ts'
import { summarizeDeliveries } from './summarize-deliveries.ts'
import { stateFolder } from '../workspace.ts'
import { createTablePrinter, MANY_OBJECTS, type TablePrinter } from './table-printer.ts'

const MOST_IMAGES = 100

/** Prints a run for a person: steps, the table as it fills, the summary, what to do next. */
export function createHumanReporter(root: string, { keepsData }: { keepsData: boolean }): RunReporter {
  let table: TablePrinter | undefined
  let uploads: string[] = []
  const note = (line: string) => (table ? table.note(line) : console.log(line))
  return {
    step: (step) => console.log(describeStep(step)),
    warning: (text) => text.split('\n').forEach((line) => note(`  ${printable(line)}`)),
    begin: (keys, subscribers) => {
      uploads = keys
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
    idle: async ({ stage, endpoint }, startedAt) => {
      const images = keepsData
        ? await findImages(stage, await findKeepers(stage, root), uploads, startedAt, MOST_IMAGES)
        : []
      if (images.length > 0) {
        const file = join(stateFolder(root), 'thumbnails.html')
        await writeContactSheet(stage.clients.s3, images, file)
        console.log(`\n  thumbnails   ${pathToFileURL(file).href}`)
      }
      const { port } = new URL(endpoint)
      const flag = port === String(DEFAULT_PORT) ? '' : ` --port ${port}`
      const key = shellWord(printable(uploads[0] ?? 'KEY'))
      console.log(`  upload       pnpm fanout upload FILE${flag}      what happened   pnpm fanout status ${key}${flag}`)
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
