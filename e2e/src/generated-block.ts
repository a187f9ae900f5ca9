import { readFile, writeFile } from 'node:fs/promises'

/**
 * The part of a page between `<!-- name -->` and `<!-- /name -->`, which a test compares with what it should be. With UPDATE_DOCS=1
 * it is written instead: `UPDATE_DOCS=1 pnpm --filter @fanout/e2e test test/security-page.test.ts`.
 */
export async function readBlock(file: string, name: string, wanted: string): Promise<string> {
  const page = await readFile(file, 'utf8')
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`]
  const [start, stop] = [page.indexOf(begin) + begin.length, page.indexOf(end)]
  if (start < begin.length || stop < start) throw new Error(`${file} has no part between ${begin.trim()} and ${end}`)
  const found = page.slice(start, stop)
  if (compact(found) === compact(wanted)) return wanted
  if (process.env.UPDATE_DOCS !== '1') return found
  await writeFile(file, page.slice(0, start) + wanted + page.slice(stop))
  return wanted
}

/** The formatter pads the cells of tables. */
const compact = (text: string): string => text.trim().replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---')

export function toTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return `${[line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')}\n`
}
