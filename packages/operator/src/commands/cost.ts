import { Command, InvalidArgumentError, Option } from 'commander'
import { example, jsonOption } from '../command-line/command-options.ts'
import { priceUploads, totalOf, type Estimate, type Item } from '../cost/price-uploads.ts'
import { PRICES } from '../cost/prices.ts'
import { readRecordedUsage, type Usage } from '../cost/usage.ts'

export const costCommand = (): Command =>
  new Command('cost')
    .description('Estimates what uploads cost on AWS, from what a run here counted and a dated table of list prices.')
    .addOption(new Option('--uploads <number>', 'how many, e.g. 1e6').argParser(parseUploads).default(1e6))
    .addOption(jsonOption())
    .addHelpText('after', example('pnpm fanout cost --uploads 1e6', 'pnpm -s fanout cost --uploads 5e8 --json'))
    .action(async ({ uploads, json }: { uploads: number; json?: true }) => {
      const usage = await readRecordedUsage()
      const estimate = priceUploads(usage, uploads)
      if (json) console.log(JSON.stringify(toDocument(estimate, usage), undefined, 2))
      else print(estimate, usage)
    })

function toDocument({ uploads, core, increments, fixedMonthly }: Estimate, usage: Usage) {
  const part = (items: readonly Item[]) => ({
    total: cents(totalOf(items)),
    items: items.map(({ name, dollars }) => ({ name, dollars: cents(dollars) })),
  })
  const records = increments.find(({ name }) => name === 'delivery records')?.dollars ?? 0
  return {
    uploads,
    region: PRICES.region,
    pricesAsOf: PRICES.asOf,
    usageRecordedAt: usage.recordedAt,
    core: part(core),
    withDeliveryRecords: cents(totalOf(core) + records),
    increments: part(increments).items,
    fixedMonthly: part(fixedMonthly),
  }
}

function print({ uploads, core, increments, fixedMonthly }: Estimate, usage: Usage): void {
  console.log(
    `${uploads.toLocaleString('en')} uploads, ${PRICES.region}, list prices of ${PRICES.asOf}, photos of ${(usage.bytesPerUpload / 1e6).toFixed(1)} MB`,
  )
  printPart('core', core)
  printPart('on top, where used', increments)
  printPart('a month, with or without uploads', fixedMonthly)
}

function printPart(title: string, items: readonly Item[]): void {
  const isSum = !title.startsWith('on top')
  console.log(`\n  ${title.padEnd(50)}${isSum ? dollars(totalOf(items)) : ''}`.trimEnd())
  for (const item of items) console.log(`    ${item.name.padEnd(48)}${dollars(item.dollars)}`)
}

const dollars = (value: number): string => `$${value.toFixed(2)}`.padStart(12)
const cents = (value: number): number => Math.round(value * 100) / 100

function parseUploads(text: string): number {
  const uploads = Number(text)
  if (!(uploads > 0 && Number.isFinite(uploads))) throw new InvalidArgumentError('It is not a positive number.')
  return uploads
}
