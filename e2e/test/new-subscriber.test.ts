import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scratchCopy } from '../src/mutate/scratch-copy.ts'

const root = join(import.meta.dirname, '../..')
const command = join(root, 'turbo/generators/new-subscriber.ts')

describe('what new:subscriber makes, for every combination of a table, a bucket, removals and a prefix', () => {
  let copy: string

  beforeAll(() => {
    copy = scratchCopy(root)
    for (const [index, options] of combinations().entries()) generate(copy, `made-${index}`, options)
  })
  afterAll(() => rmSync(copy, { recursive: true, force: true }))

  test('is formatted', () => {
    expect(run('oxfmt', ['--check', 'apps/made-*/**'])).toEqual(passes)
  })

  test('is free of lint', () => {
    expect(run('oxlint', MADE)).toEqual(passes)
  })

  test('has no type error', () => {
    writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ extends: './tsconfig.base.json', include: MADE }))

    expect(run('tsc', [])).toEqual(passes)
  })

  test('passes its own tests, the contract test among them', () => {
    const include = { test: { include: ['apps/made-*/test/**/*.test.ts'] } }
    writeFileSync(join(copy, 'made.config.ts'), `export default ${JSON.stringify(include)}`)

    const { status, output } = run('vitest', ['run', '--config', 'made.config.ts'])

    expect(status === 0 ? 'passed' : output).toBe('passed')
    expect(output).toContain(`Test Files  ${2 * MADE.length} passed`)
  })

  function run(binary: string, args: string[]) {
    const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', binary), args, {
      cwd: copy,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, NO_COLOR: '1' },
    })
    return { status, output: stdout + stderr }
  }
})

describe('new:subscriber refuses', () => {
  test.each([
    ['a name in camel case', ['wordCount'], 'the name "wordCount" is not kebab-case'],
    ['a name with a path in it', ['../word-count'], 'the name "../word-count" is not kebab-case'],
    ['a long name', ['word-'.repeat(8) + 'count'], 'is not kebab-case of at most 40 characters'],
    ['the name of an app', ['thumbnailer'], 'the name thumbnailer is taken: apps/thumbnailer is there'],
    ['the name of a package', ['bundler'], 'the name bundler is taken: packages/bundler is @fanout/bundler'],
    ['the name of the hub', ['hub'], 'the name hub is taken'],
    ['a name that git ignores', ['dist'], 'the name dist is taken: git ignores'],
    [
      'an unknown event family',
      ['w', '--events', 'created,deleted'],
      'deleted is not an event family, choose from created,',
    ],
    ['no event family', ['w', '--events', ''], 'is not an event family'],
    ['an unknown option', ['w', '--topic'], "Unknown option '--topic'"],
    ['two names', ['one', 'two'], 'one name, please, not one two'],
    ['options without a name', ['--table'], 'the name is missing'],
    ['to ask where nobody can answer', [], 'the name is missing'],
  ])('%s', (_, args, complaint) => {
    const { status, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' })

    expect(stderr).toContain(`new:subscriber: `)
    expect(stderr).toContain(complaint)
    expect(status).toBe(2)
  })
})

const passes = { status: 0, output: expect.any(String) }

interface Options {
  events: string
  prefix: string
  table: boolean
  bucket: boolean
}

function combinations(): Options[] {
  return [true, false].flatMap((table) =>
    [true, false].flatMap((bucket) => [
      { table, bucket, events: 'created,removed,expired', prefix: '' },
      { table, bucket, events: 'created', prefix: 'my photos/' },
    ]),
  )
}

const MADE = combinations().map((_, index) => `apps/made-${index}`)

function generate(copy: string, name: string, { events, prefix, table, bucket }: Options): void {
  const answers = [name, events, prefix, String(table), String(bucket)]
  const gen = spawnSync(
    join(root, 'node_modules/.bin/gen'),
    ['run', 'subscriber', '--root', copy, '--args', ...answers],
    {
      cwd: copy,
      encoding: 'utf8',
    },
  )
  if (gen.status !== 0) throw new Error(`gen ${answers.join(' ')} failed: ${gen.stdout}${gen.stderr}`)
  linkDependencies(join(copy, 'apps', name))
}

/** As pnpm would: what a new subscriber depends on, the other apps depend on too. */
function linkDependencies(app: string): void {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'))
  for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
    const installed = ['audit-logger', 'thumbnailer'].map((other) =>
      join(root, 'apps', other, 'node_modules', dependency),
    )
    const link = join(app, 'node_modules', dependency)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(realpathSync(installed.find(existsSync) ?? dependency), link)
  }
}
