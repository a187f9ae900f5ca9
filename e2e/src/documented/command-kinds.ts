import type { DocumentedCommand } from './find-commands.ts'

/** Commands that act on AWS: they are run against the account that only records. */
export function isForAws({ command }: Pick<DocumentedCommand, 'command'>): boolean {
  return /pnpm run (deploy|diff|destroy)|turbo run deploy|run (bootstrap|deploy:ci)|--stage \w+/.test(command)
}

/** Commands that go on until Ctrl-C. */
export const isServer = (command: string): boolean =>
  /\bpnpm(@12)? (start|local)\b/.test(command) && !/--help|--once/.test(command)

/** What stands in the place of the reader's own. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  FILE: 'notes.txt',
  FOLDER: 'more',
  KEY: 'IMG_2041.jpg',
  'PHOTO…': 'photo.jpg',
  SUBSCRIBER: 'thumbnailer',
}

/** Run with this after them: minutes instead of seconds otherwise, or only the beginning of a command. */
const ENDINGS: Readonly<Record<string, string>> = {
  'fanout find': '--help',
  'fanout replay': '--help',
  'pnpm bench': 'parsing',
  'pnpm drill': '--events 300',
  'pnpm drill --through-local-cloud': '--events 40',
  'pnpm fanout': '--help',
  'pnpm fanout dlq': '--help',
  'pnpm fanout logs': '--help',
  'pnpm mutate': '--check',
  'pnpm new:subscriber': '--help',
  'pnpm -s drill --seed 7 --events 100000 --duplicates 0.05 --shuffle --poison 0.01 --json': '--events 300',
  'pnpm -s drill --through-local-cloud --seed 3 --events 5000 --kill 50 --json': '--events 40 --kill 0',
  'pnpm -s drill --through-local-cloud --seed 4 --events 5000 --kill 200 --json': '--events 40 --kill 0',
  'pnpm turbo test': '--dry-run',
}

/** As the reader types it, in the repository's own folder. */
export function toTyped({ page, command }: DocumentedCommand): string {
  const words = command
    .replace(/ \[.*?\]/, '')
    .split(' ')
    .map((word) => PLACEHOLDERS[word] ?? word)
  const program = words[0] === 'fanout' ? ['pnpm', ...words] : words
  const typed = [...program, ...(ENDINGS[command] === undefined ? [] : [ENDINGS[command]])].join(' ')
  // What an app's own page runs with node lies in its folder
  const folder = /^apps\/[^/]+/.exec(page)?.[0]
  return folder !== undefined && typed.startsWith('node ')
    ? `cd ${folder} && ${typed.replace(/\bmore$/, '../../more')}`
    : typed
}
