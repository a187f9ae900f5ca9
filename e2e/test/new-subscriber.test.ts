import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createCopyWith, root, run } from './generated-subscribers.ts'

vi.setConfig({ testTimeout: 90_000 })

const combinations = [true, false].flatMap((table) =>
  [true, false].flatMap((bucket) => [
    { table, bucket, events: 'created,removed,expired', prefix: '' },
    { table, bucket, events: 'created', prefix: 'my photos/' },
  ]),
)
const withTable = combinations.findIndex(({ table, bucket, prefix }) => table && !bucket && prefix === '')
const made = combinations.map((_, index) => `apps/made-${index}`)
let copy: string

beforeAll(() => {
  copy = createCopyWith(combinations)
}, 180_000)
afterAll(() => rmSync(copy, { recursive: true, force: true }))

describe('what new:subscriber makes, for every combination of a table, a bucket, removals and a prefix', () => {
  test('is formatted', () => {
    expect(run(copy, 'oxfmt', ['--check', 'apps/made-*/**'])).toEqual(passes)
  })

  test('is free of lint', () => {
    expect(run(copy, 'oxlint', made)).toEqual(passes)
  })

  test('has no type error', () => {
    writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ extends: './tsconfig.base.json', include: made }))

    expect(run(copy, 'tsc', [])).toEqual(passes)
  })

  test('passes its own tests, the contract test among them', () => {
    const { status, output } = runTests('apps/made-*/test/**/*.test.ts')

    expect(status === 0 ? 'passed' : output).toBe('passed')
    expect(output).toContain(`Test Files  ${2 * made.length} passed`)
  })
})

test.each<{ mistake: string; file: string; edits: [string, string][]; rule: string }>([
  {
    mistake: 'does not decode keys',
    file: 'src/follow-object.ts',
    edits: [['{ key }: ObjectEvent', '{ rawKey: key }: ObjectEvent']],
    rule: 'a key is decoded, exactly once',
  },
  {
    mistake: 'takes the first record only',
    file: 'test/contract.test.ts',
    edits: [
      ['createHandler(', '({ Records }, context) => createHandler('],
      ['faulty), parts)', 'faulty), parts)({ Records: Records.slice(0, 1) }, context)'],
    ],
    rule: 'every record of every message is worked on',
  },
  {
    mistake: 'throws for all',
    file: 'test/contract.test.ts',
    edits: [
      ['createHandler(', '(event, context) => createHandler('],
      [
        'faulty), parts)',
        "faulty), parts)(event, context).then((answer) => (answer.batchItemFailures[0] ? Promise.reject('failed') : answer))",
      ],
    ],
    rule: 'one failing record leaves its neighbours alone',
  },
  {
    mistake: 'ignores the order of events',
    file: 'src/follow-object.ts',
    edits: [
      ['{ key }: ObjectEvent', '{ key, type, size = 0 }: ObjectEvent'],
      ['await deps.headObject(key)', "type === 'removed' ? undefined : { size, eTag: '' }"],
    ],
    rule: 'events may come in any order',
  },
  {
    mistake: 'swallows errors',
    file: 'src/follow-object.ts',
    edits: [['await deps.headObject(key)', 'await deps.headObject(key).catch(() => undefined)']],
    rule: 'a failure that may pass is tried again',
  },
])('the contract test of what it makes teaches a job that $mistake: "$rule"', ({ file, edits, rule }) => {
  const naive = join(copy, 'apps/naive')
  rmSync(naive, { recursive: true, force: true })
  cpSync(join(copy, made[withTable] ?? ''), naive, { recursive: true, verbatimSymlinks: true })
  for (const [right, wrong] of edits) replaceIn(join(naive, file), right, wrong)

  const { status, output } = runTests('apps/naive/test/contract.test.ts')

  expect(status).toBe(1)
  expect(output).toContain(`Rule: ${rule}.`)
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
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(root, 'turbo/generators/new-subscriber.ts'), ...args],
      { encoding: 'utf8' },
    )

    expect(stderr).toContain(`new:subscriber: `)
    expect(stderr).toContain(complaint)
    expect(status).toBe(2)
  })
})

const passes = { status: 0, output: expect.any(String) }

function runTests(include: string) {
  writeFileSync(join(copy, 'made.config.ts'), `export default { test: { include: ['${include}'] } }`)
  return run(copy, 'vitest', ['run', '--config', 'made.config.ts'])
}

function replaceIn(file: string, text: string, other: string): void {
  const contents = readFileSync(file, 'utf8')
  if (!contents.includes(text)) throw new Error(`${file} has no ${text}`)
  writeFileSync(file, contents.replaceAll(text, other))
}
