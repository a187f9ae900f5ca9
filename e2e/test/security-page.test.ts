import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { accessRows } from '../src/access-table.ts'
import { readBlock, toTable } from '../src/generated-block.ts'
import { APPS, stackOf } from '../src/subscriber-stacks.ts'
import { synthesizeTemplates } from '../src/synthesized-templates.ts'

const root = join(import.meta.dirname, '../..')
const page = join(root, 'docs/security.md')
/** A fork's own apps are its own affair. */
const OURS = ['infra', 'apps/audit-logger', 'apps/metadata-indexer', 'apps/thumbnailer']

let templates: Awaited<ReturnType<typeof synthesizeTemplates>>
beforeAll(async () => {
  templates = await synthesizeTemplates('prod')
  const foreign = APPS.filter((app) => !OURS.includes(`apps/${app}`))
  for (const app of foreign) templates.delete(stackOf(app, 'prod'))
}, 180_000)

test('says who can do what as the templates of prod do', async () => {
  const wanted = toTable(['stack', 'who', 'may', 'on', 'only if'], accessRows(templates))

  expect(await readBlock(page, 'access', wanted)).toBe(wanted)
})

test('lists every finding of cdk-nag that was answered, with its reason', async () => {
  const acknowledged = (await Promise.all(OURS.map(readAcknowledgements))).flat()
  const unique = [...new Map(acknowledged.map((row) => [row.join(), row])).values()]
  const wanted = toTable(
    ['rule', 'where', 'reason'],
    unique.toSorted((a, b) => (a.join() < b.join() ? -1 : 1)),
  )

  expect(await readBlock(page, 'acknowledged', wanted)).toBe(wanted)
  expect(unique.filter(([, , reason = '']) => reason.split(' ').length < 5)).toEqual([])
})

const Metadata = z.record(z.string(), z.array(z.object({ type: z.string(), data: z.unknown() })))

/** CDK keeps, beside each template, who acknowledged what and why. */
async function readAcknowledgements(folder: string): Promise<string[][]> {
  const app = folder.split('/')[1]
  const stack = app === undefined ? 'Fanout-prod-Hub' : stackOf(app, 'prod')
  const metadata = Metadata.parse(
    JSON.parse(await readFile(join(root, folder, 'cdk.out', `${stack}.metadata.json`), 'utf8')),
  )
  return Object.entries(metadata).flatMap(([path, entries]) =>
    entries
      .filter(({ type }) => type === 'aws:cdk:acknowledged-rules')
      .flatMap(({ data }) => Object.entries(z.record(z.string(), z.string()).parse(data)))
      .map(([rule, reason]) => [
        `\`${rule.replace('Annotation::', '')}\``,
        `${path.replace(`/${stack}/`, '')} of ${app ?? 'the hub'}`,
        reason,
      ]),
  )
}
