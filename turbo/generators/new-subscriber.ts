import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

/**
 * `pnpm new:subscriber [NAME] [options]`: with a name it asks nothing; without one the generator prompts. The generator is
 * turbo's own (`turbo/generators/config.ts`), called by its installed binary because `turbo gen` downloads it.
 */
const USAGE = `usage: pnpm new:subscriber [NAME] [--events created,removed] [--prefix photos/] [--table] [--bucket]

  NAME       kebab-case; becomes apps/NAME, the queue, the function and the stack
  --events   families to subscribe to (default: created,removed)
  --prefix   only keys that start with this
  --table    give it a DynamoDB table of its own
  --bucket   give it a bucket of its own

example: pnpm new:subscriber word-count --events created,removed --table`

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      events: { type: 'string', default: 'created,removed' },
      prefix: { type: 'string', default: '' },
      table: { type: 'boolean', default: false },
      bucket: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  if (positionals.length > 1) throw new Error(`expected one name, got ${positionals.length}: ${positionals.join(' ')}`)
  const [name] = positionals
  const answers = [name ?? '', values.events, values.prefix, String(values.table), String(values.bucket)]
  const args = name === undefined ? [] : ['--args', ...answers]
  return spawnSync('gen', ['run', 'subscriber', ...args], { stdio: 'inherit' }).status ?? 1
}

try {
  process.exitCode = main()
} catch (error) {
  console.error(`new:subscriber: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 2
}
