import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One command that a page tells its reader to type. */
export interface DocumentedCommand {
  readonly page: string
  readonly command: string
  /** In a sentence, and so with words like KEY for what is the reader's own, or cut short; not in a block to be copied. */
  readonly isMention: boolean
}

/** Those of the README, of every page in docs, and of the apps' own READMEs. */
export function findDocumentedCommands(root: string): DocumentedCommand[] {
  return listPages(root).flatMap((page) => {
    const markdown = readFileSync(join(root, page), 'utf8')
    return [
      ...findInBlocks(markdown).map((command) => ({ page, command, isMention: false })),
      ...findInText(markdown).map((command) => ({ page, command, isMention: true })),
    ]
  })
}

/** The lines of the blocks marked `sh`, and those after a `$` in the others. */
export function findInBlocks(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```(\w*)\n(.*?)^```/gms)].flatMap(([, language = '', block = '']) => {
    const lines = block.split('\n')
    return isShell(language) ? lines : lines.flatMap((line) => /^\$ (.*)/.exec(line)?.[1] ?? [])
  })
  return blocks.map(withoutComment).filter((command) => command !== '')
}

/** Code in a sentence that begins with a program of ours. */
export function findInText(markdown: string): string[] {
  const paragraphs = markdown.replaceAll(/^```.*?^```/gms, '').split(/\n\s*\n/)
  const spans = paragraphs.flatMap((text) => [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span))
  return spans.map((span) => span.replaceAll(/\s+/g, ' ').replace(/^\$ /, '')).filter(isCommand)
}

const isShell = (language: string): boolean => ['sh', 'bash', 'shell', 'console'].includes(language)

/** `pnpm`, `npx`, `fanout` and `turbo` alone are names, not commands. */
function isCommand(span: string): boolean {
  return (
    /^(?:[A-Z_]+=\S+ )*(?:pnpm|npm|npx|node|turbo|fanout|git|aws|docker) \S/.test(span) &&
    !/^npx -y pnpm@\d+$/.test(span)
  )
}

const withoutComment = (line: string): string => line.replace(/\s+# .*$/, '').trim()

function listPages(root: string): string[] {
  const below = (folder: string) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)
  const pages = [...below('docs'), ...below('docs/decisions'), ...below('apps').map((app) => `${app}/README.md`)]
  return ['README.md', ...pages.filter((page) => page.endsWith('.md'))]
}
