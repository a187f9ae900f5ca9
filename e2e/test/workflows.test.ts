import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'

const folder = join(import.meta.dirname, '../../.github/workflows')

const Permissions = z.record(z.string(), z.enum(['read', 'write']))
const Workflow = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: Permissions,
  jobs: z.record(
    z.string(),
    z.looseObject({
      permissions: Permissions.optional(),
      environment: z.string().optional(),
      'timeout-minutes': z.number(),
      steps: z.array(
        z.looseObject({ uses: z.string().optional(), run: z.string().optional(), with: z.looseObject({}).optional() }),
      ),
    }),
  ),
})

const workflows = readdirSync(folder).map((file) => {
  const text = readFileSync(join(folder, file), 'utf8')
  return { file, text, ...Workflow.parse(parse(text)) }
})
const jobs = workflows.flatMap(({ file, jobs: all }) => Object.values(all).map((job) => ({ file, ...job })))
const steps = jobs.flatMap((job) => job.steps.map((step) => ({ file: job.file, ...step })))

test('there is one to test, one to compare and one to deploy', () => {
  expect(workflows.map(({ file }) => file)).toEqual(['deploy.yml', 'diff.yml', 'test.yml'])
})

test('every action is pinned by its commit, with the version for people', () => {
  const uses = workflows.flatMap(({ text }) => text.match(/uses: .*/g) ?? [])

  expect(uses.length).toBeGreaterThan(0)
  expect(uses.filter((line) => !/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
})

test('no workflow may write anything, and no job more than it needs', () => {
  expect(workflows.map(({ permissions }) => permissions)).toEqual(workflows.map(() => ({ contents: 'read' })))
  expect(Object.fromEntries(jobs.map(({ file, permissions }) => [file, permissions]))).toEqual({
    'deploy.yml': { contents: 'read', 'id-token': 'write', actions: 'read' },
    'diff.yml': { contents: 'read', 'id-token': 'write', 'pull-requests': 'write' },
    'test.yml': undefined,
  })
})

test('a checkout leaves no credentials behind for what is installed afterwards', () => {
  const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))

  expect(checkouts.map((step) => step.with?.['persist-credentials'])).toEqual(checkouts.map(() => false))
})

test('nothing that a stranger can write stands in a script', () => {
  expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([])
})

test('only the environment of a stage deploys, by hand or on main, and never from a pull request', () => {
  const deploying = jobs.filter((job) => job.steps.some(({ run }) => run?.includes('deploy')))

  expect(deploying.map(({ file }) => file)).toEqual(['deploy.yml'])
  expect(deploying[0]?.environment).toBeDefined()
  const deploy = workflows.find(({ file }) => file === 'deploy.yml')
  expect(deploy?.on).toMatchObject({ push: { branches: ['main'] } })
  expect(Object.keys(deploy?.on ?? {})).toEqual(['workflow_dispatch', 'push'])
})

test('a diff that fails fails the pull request, although what it prints becomes a comment', () => {
  const scripts = steps.flatMap(({ file, run = '' }) => (file === 'diff.yml' && run.includes('run diff') ? [run] : []))

  expect(scripts).toHaveLength(1)
  expect(scripts[0]).toMatch(/^set -o pipefail\n.*turbo run diff --affected.* \| tee /s)
  expect(scripts[0]).not.toContain('||')
})

test('a push deploys what has changed since the last deploy that succeeded, not since the last push', () => {
  const scripts = steps.flatMap(({ file, run = '' }) =>
    file === 'deploy.yml' && run.includes('--affected') ? [run] : [],
  )

  expect(scripts).toHaveLength(1)
  expect(scripts[0]).toMatch(
    /gh run list .*--status success .*TURBO_SCM_BASE=\$\{deployed:-.*turbo run deploy --affected/s,
  )
  expect(workflows.find(({ file }) => file === 'deploy.yml')?.text).not.toContain('github.event.before')
})

test('what is affected is known from the whole history', () => {
  for (const job of jobs.filter(({ steps: all }) => all.some(({ run }) => run?.includes('--affected')))) {
    const checkout = job.steps.find(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect([job.file, checkout?.with?.['fetch-depth']]).toEqual([job.file, 0])
  }
})

test('every script that a workflow runs is one of the repository', () => {
  const scripts = z
    .looseObject({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(folder, '../../package.json'), 'utf8'))).scripts
  const tasks = z
    .looseObject({ tasks: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(readFileSync(join(folder, '../../turbo.json'), 'utf8'))).tasks
  const named = steps.flatMap(({ run = '' }) => [...run.matchAll(/pnpm@12 (?:(turbo) )?(?:run )?([\w:]+)/g)])

  expect(named.length).toBeGreaterThan(5)
  const unknown = named.filter(
    ([, turbo, name = '']) => !((turbo ? name in tasks : name in scripts) || name === 'install'),
  )
  expect(unknown.map(([command]) => command)).toEqual([])
})
