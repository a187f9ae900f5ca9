import { Command, Option } from 'commander'
import type { FoundRow } from '@fanout/schemas'
import { example } from '../command-line/command-options.ts'
import { UsageError } from '../exit-codes.ts'
import { findObjects, indexTableOf, type FindQuery, type FoundPage } from '../find/find-objects.ts'
import { printable } from '../printing/printable.ts'
import { addTargetOptions, parseCount, type TargetOptions } from '../command-line/target-options.ts'
import { withStage } from '../command-line/with-stage.ts'

interface FindCommandOptions extends TargetOptions, FindQuery {
  limit: number
  after?: string
}

export const findCommand = (): Command =>
  addTargetOptions(new Command('find'))
    .description('Finds objects by what the index knows of them, page by page, in the order of their keys.')
    .option('--prefix <prefix>', 'whose key begins with this')
    .option('--type <media-type>', 'of this type, by their bytes, e.g. image/jpeg')
    .option('--day <date>', 'photos taken on this day, e.g. 2008-05-30')
    .option('--camera <name>', 'photos by this camera, e.g. "Nikon D90"')
    .addOption(new Option('-n, --limit <number>', 'so many at most').argParser(parseCount).default(100))
    .option('--after <next>', 'go on where a page ended: what it said as next')
    .addHelpText(
      'after',
      example("pnpm fanout find --camera 'Nikon D90'", 'pnpm -s fanout find --day 2008-05-30 --json'),
    )
    .action(async ({ prefix, type, day, camera, ...options }: FindCommandOptions) => {
      const query = queryOf({ prefix, type, day, camera })
      const { limit, after } = options
      await withStage(options, async (stage) => {
        const page = await findObjects(stage, indexTableOf(stage), query, {
          limit,
          ...(after === undefined ? {} : { after }),
        })
        if (options.json) printJson(page)
        else printPage(page)
      })
    })

function queryOf(given: { [Name in keyof FindQuery]: string | undefined }): FindQuery {
  const { type, day } = given
  if (day !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new UsageError(`--day ${day} is no day: 2008-05-30`)
  if (type !== undefined && !/^[\w.+-]+\/[\w.+-]+$/.test(type)) {
    throw new UsageError(`--type ${type} is no media type: image/jpeg, video/mp4`)
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function printJson({ rows, next }: FoundPage): void {
  const objects = rows.map((row) => ({
    key: row.objectKey,
    type: row.mime ?? null,
    size: row.size,
    width: row.width ?? null,
    height: row.height ?? null,
    taken: row.dateTimeOriginal ?? null,
    camera: row.camera ?? null,
  }))
  console.log(JSON.stringify({ objects, next: next ?? null }, undefined, 2))
}

function printPage({ rows, next }: FoundPage): void {
  if (rows.length === 0) console.log('nothing found')
  for (const row of rows) console.log(describeRow(row))
  if (next !== undefined) console.log(`\n  more   the same command with --after ${next}`)
}

function describeRow({ objectKey, mime, size, width, height, dateTimeOriginal, camera }: FoundRow): string {
  const pixels = width === undefined || height === undefined ? undefined : `${width}x${height}`
  const parts = [mime ?? 'not read', `${size} bytes`, pixels, camera && printable(camera), dateTimeOriginal]
  return [printable(objectKey), ...parts.filter((part) => part !== undefined)].join('  ')
}
