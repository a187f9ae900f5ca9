import { spawnSync, type StdioOptions } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DEFAULT_FAMILIES, FAMILIES, refuseEvents, refuseName } from './subscriber-answers.ts'

/**
 * `pnpm new:subscriber [NAME] [options]`: with a name it asks nothing, without one the generator (`config.ts`) prompts. The
 * generator is turbo's own, called by its installed binary: `turbo gen` would download it.
 */
const USAGE = `usage: pnpm new:subscriber [NAME] [--events LIST] [--prefix PREFIX] [--table] [--bucket]

  NAME       kebab-case; becomes apps/NAME, its queue, function and stack; asks for everything without it
  --events   ${FAMILIES.join(', ')} (default: ${DEFAULT_FAMILIES.join(',')})
  --prefix   only keys that start with this
  --table    gives it a DynamoDB table of its own
  --bucket   gives it a bucket of its own

example: pnpm new:subscriber word-count --events created,removed,expired --prefix texts/ --table`

const root = join(import.meta.dirname, '../..')

class UsageError extends Error {
  override readonly name = 'UsageError'
}

try {
  const args = readArguments()
  if (args === 'help') console.log(USAGE)
  else createSubscriber(args)
} catch (error) {
  const isUsage = error instanceof UsageError
  console.error(
    `new:subscriber: ${error instanceof Error ? error.message : String(error)}${isUsage ? `\n\n${USAGE}` : ''}`,
  )
  process.exitCode = isUsage ? 2 : 1
}

/** What to answer to the generator, in the order of its prompts; undefined lets it ask. */
function readArguments(): string[] | undefined | 'help' {
  const { values, positionals } = parse()
  if (values.help) return 'help'
  const [name, ...others] = positionals
  if (others.length > 0) throw new UsageError(`one name, please, not ${positionals.join(' ')}`)
  if (name === undefined) {
    if (Object.keys(values).length > 0 || !process.stdin.isTTY) throw new UsageError('the name is missing')
    return undefined
  }
  const events = values.events?.split(',').map((family) => family.trim()) ?? DEFAULT_FAMILIES
  const refusal = refuseName(name, root) ?? refuseEvents(events)
  if (refusal !== undefined) throw new UsageError(refusal)
  const { prefix = '', table = false, bucket = false } = values
  return [name, events.join(','), prefix, String(table), String(bucket)]
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        events: { type: 'string' },
        prefix: { type: 'string' },
        table: { type: 'boolean' },
        bucket: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function createSubscriber(answers: string[] | undefined): void {
  const before = new Set(listApps())
  run('gen', ['run', 'subscriber', '--root', root, ...(answers ? ['--args', ...answers] : [])], !answers)
  const name = listApps().find((app) => !before.has(app))
  if (name === undefined) throw new Error('the generator made nothing')
  // Lists may be too long for a line, a prefix may have quotes
  run('oxfmt', [`apps/${name}`])
  // Everything it needs is in the store, as the other apps need it too
  run(process.env.npm_execpath ?? 'pnpm', ['install', '--offline', '--no-frozen-lockfile'])
  console.log(`apps/${name}: a subscriber, complete

  change it   apps/${name}/src/follow-object.ts, then docs/new-subscriber.md
  test it     pnpm turbo run test --filter=@fanout/${name}
  run it      pnpm start FILE…
  deploy it   STAGE=dev pnpm turbo run deploy --filter=@fanout/${name}`)
}

function listApps(): string[] {
  return readdirSync(join(root, 'apps')).filter((name) => existsSync(join(root, 'apps', name, 'package.json')))
}

function run(command: string, args: string[], isInteractive = false): void {
  const stdio: StdioOptions = isInteractive ? 'inherit' : ['ignore', 'pipe', 'pipe']
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, stdio, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${error?.message ?? `${stdout}${stderr}`.trim()}`)
}
