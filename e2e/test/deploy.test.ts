import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isForAws } from '../src/documented/command-kinds.ts'
import { findDocumentedCommands } from '../src/documented/find-commands.ts'
import { APPS, stackOf } from '../src/subscriber-stacks.ts'
import { startRecorder, type Recorder } from '../src/aws-recorder/recorder.ts'

const root = join(import.meta.dirname, '../..')
const STACKS = APPS.map((app) => stackOf(app))

let aws: Recorder
beforeAll(async () => {
  aws = await startRecorder()
})
afterAll(() => aws.close())

/** Every command that was run, as a person would type it. */
const commands = new Set<string>()

// In order: each test finds the account as the one before left it.

test('an account is bootstrapped with CDK', async () => {
  const { code, output, changeSets } = await run('pnpm --filter @fanout/infra run bootstrap')

  expect([code === 0 ? 'done' : output, changeSets]).toEqual(['done', ['CREATE CDKToolkit, importing']])
  aws.account.stacks.delete('CDKToolkit')
}, 180_000)

test('an app without a hub is refused, and told how to get one', async () => {
  const { code, output, changeSets } = await run('turbo run deploy --filter=@fanout/thumbnailer')

  expect([code, changeSets]).toEqual([1, []])
  expect(output).toContain('deploy it first: STAGE=dev pnpm turbo run deploy --filter=@fanout/infra')
}, 180_000)

test('the hub is one change set of one stack', async () => {
  const { code, output, changeSets } = await run('turbo run deploy --filter=@fanout/infra')

  expect([code === 0 ? 'done' : output, changeSets]).toEqual(['done', ['CREATE Fanout-dev-Hub']])
  expect(output).toContain('account 111111111111  region eu-west-1  stage dev')
}, 180_000)

test('one app is exactly one change set, and nothing of another app is built or deployed', async () => {
  const { code, output, changeSets } = await run('turbo run deploy --filter=@fanout/thumbnailer')

  expect([code === 0 ? 'done' : output, changeSets]).toEqual(['done', ['CREATE Fanout-dev-Thumbnailer']])
  expect(output).not.toMatch(/audit-logger|metadata-indexer|infra:/)
}, 180_000)

test('all of them is what is missing, and the hub comes first', async () => {
  const { code, output, changeSets } = await run('pnpm run deploy')

  expect([code === 0 ? 'done' : output, changeSets.toSorted()]).toEqual([
    'done',
    STACKS.filter((stack) => stack !== 'Fanout-dev-Thumbnailer').map((stack) => `CREATE ${stack}`),
  ])
  const deploys = [...output.matchAll(/(\S+):deploy: account /g)].map(([, name]) => name)
  expect(deploys[0]).toBe('@fanout/infra')
  expect(deploys).toHaveLength(1 + APPS.length)
  expect([...aws.account.stacks.keys()].toSorted()).toEqual([...STACKS, 'Fanout-dev-Hub'].toSorted())
}, 180_000)

test('a deploy that changes nothing executes no change set', async () => {
  const { code, changeSets } = await run('turbo run deploy --filter=@fanout/thumbnailer')

  expect([code, changeSets]).toEqual([0, []])
}, 180_000)

test("only the roles of CDK's bootstrap were used", () => {
  expect(new Set(aws.account.assumed)).toEqual(
    new Set(['deploy', 'file-publishing'].map((role) => `cdk-hnb659fds-${role}-role-111111111111-eu-west-1`)),
  )
})

test('credentials for another account are refused before anything else is asked', async () => {
  const before = aws.calls.length

  const { code, output } = await runPinned({ account: '222222222222' })

  expect(code).toBe(1)
  expect(output).toContain('stage dev is pinned to account 222222222222, but this is 111111111111')
  expect(aws.calls.slice(before)).toEqual(['sts:GetCallerIdentity'])
})

test('a diff of what is deployed has no changes', async () => {
  const { code, output } = await run('pnpm run diff')

  expect(code === 0 ? 'done' : output).toBe('done')
  expect(output.match(/Fanout-dev-\w+: no changes/g)).toHaveLength(1 + APPS.length)
}, 180_000)

test('a diff that replaces or removes what holds data fails, and names it', async () => {
  const deployed = aws.account.stacks.get('Fanout-dev-Hub')
  if (!deployed) throw new Error('no hub')
  const { Uploads, ...others } = deployed.template.Resources
  const Resources = {
    ...others,
    Uploads: { Type: 'AWS::S3::Bucket', Properties: { ...Uploads?.Properties, BucketNamePrefix: 'before' } },
    Invoices: { Type: 'AWS::DynamoDB::Table' },
    OldAlarm: { Type: 'AWS::CloudWatch::Alarm' },
  }
  aws.account.stacks.set('Fanout-dev-Hub', { ...deployed, template: { ...deployed.template, Resources } })

  const { code, output } = await run('turbo run diff --filter=@fanout/infra')

  aws.account.stacks.set('Fanout-dev-Hub', deployed)
  expect(code).toBe(1)
  expect(output).toMatch(/would take data away: .*Fanout-dev-Hub Uploads \(AWS::S3::Bucket: will replace\)/)
  expect(output).toMatch(/would take data away: .*Fanout-dev-Hub Invoices \(AWS::DynamoDB::Table: will destroy\)/)
  expect(output).not.toMatch(/would take data away: .*OldAlarm/)
}, 180_000)

test('the hub is not destroyed while subscribers are there', async () => {
  const { code, output } = await run('turbo run destroy --filter=@fanout/infra')

  expect([code, aws.account.deleted]).toEqual([1, []])
  expect(output).toContain(`the hub still has subscribers (${APPS.join(', ')})`)
}, 180_000)

test('a subscriber is not destroyed while messages wait for it', async () => {
  aws.account.messages.set('Fanout-dev-Thumbnailer-DeadLetters', 3)

  const { code, output } = await run('turbo run destroy --filter=@fanout/thumbnailer')

  aws.account.messages.clear()
  expect([code, aws.account.deleted]).toEqual([1, []])
  expect(output).toContain('3 messages wait in Fanout-dev-Thumbnailer-DeadLetters')
}, 180_000)

test('a protected stack is not destroyed', async () => {
  aws.account.protected.add('Fanout-dev-Thumbnailer')

  const { code, output } = await run('turbo run destroy --filter=@fanout/thumbnailer')

  aws.account.protected.clear()
  expect([code, aws.account.deleted]).toEqual([1, []])
  expect(output).toContain('aws cloudformation update-termination-protection')
}, 180_000)

test('all of them go, subscribers before the hub, and versioned buckets are emptied', async () => {
  const uploads = aws.account.buckets.get('fanout-dev-hub-uploads')
  for (const version of ['photo.jpg?1', 'photo.jpg?2']) uploads?.set(version, '')

  const { code, output } = await run('pnpm run destroy')

  expect(code === 0 ? 'done' : output).toBe('done')
  expect(aws.account.deleted.slice(0, -1).toSorted()).toEqual(STACKS)
  expect(aws.account.deleted.slice(-1)).toEqual(['Fanout-dev-Hub'])
  expect([...(uploads?.keys() ?? [])]).toEqual([])
  expect(output).toContain('emptied fanout-dev-hub-uploads: 2 versions')
}, 180_000)

test('a stage that keeps its data takes over what an earlier one left, and says what is not set', async () => {
  const { code, output, changeSets } = await run('turbo run deploy --filter=@fanout/infra', 'prod')

  expect([code === 0 ? 'done' : output, changeSets]).toEqual(['done', ['CREATE Fanout-prod-Hub, importing']])
  expect(output).toContain('warning: stage prod keeps its data, but is not pinned')
  expect(aws.account.protected).toEqual(new Set(['Fanout-prod-Hub']))
}, 180_000)

test('one app of another stage goes to that stage', async () => {
  const { code, output, changeSets } = await run('turbo run deploy --filter=@fanout/thumbnailer', 'prod')

  expect([code === 0 ? 'done' : output, changeSets]).toEqual(['done', ['CREATE Fanout-prod-Thumbnailer, importing']])
}, 180_000)

test('a stage that names no repository lets no workflow in', async () => {
  const { code, output } = await run('pnpm --filter @fanout/infra run deploy:ci', 'prod')

  expect(code).toBe(1)
  expect(output).toContain("stage prod has no ci: { repository: 'owner/name' }")
}, 180_000)

test.each([
  ['upload', 'cannot read photo.jpg'],
  ['status', 'stage dev is on AWS, but AWS_ENDPOINT_URL is http://127.0.0.1'],
])('fanout %s is a command, which here has nothing to work on', async (command, complaint) => {
  const { code, output } = await run(`pnpm fanout ${command} photo.jpg --stage dev`)

  expect(code).toBe(2)
  expect(output).toContain(complaint)
})

test('the smoke test is a command, which here has no AWS to try', async () => {
  const { code, output } = await run('pnpm smoke --stage dev')

  expect(code).toBe(2)
  expect(output).toContain('smoke: stage dev is on AWS, but AWS_ENDPOINT_URL is http://127.0.0.1')
})

test('every command for AWS, on whatever page, was run here', () => {
  const documented = findDocumentedCommands(root)
    .filter(isForAws)
    .map(({ command }) => (command.startsWith('STAGE=') ? command : `STAGE=dev ${command}`))
    // Of an app that the page makes: e2e/test/documented-commands.test.ts
    .filter((command) => !command.includes('word-count'))

  expect(new Set(documented).size).toBeGreaterThan(8)
  expect(documented.filter((command) => !commands.has(command))).toEqual([])
})

/** Runs a command as a person would in the repository's root, against the recorder. */
async function run(command: string, stage = 'dev') {
  const before = aws.account.changeSets.length
  const [program = '', ...args] = command.split(' ')
  commands.add(`STAGE=${stage} ${program === 'pnpm' ? command : `pnpm ${command}`}`)
  const result = await spawned(program, args, { STAGE: stage })
  const changeSets = aws.account.changeSets
    .slice(before)
    .filter(({ state }) => state === 'executed')
    .map(({ type, stack, importsExisting }) => `${type} ${stack}${importsExisting ? ', importing' : ''}`)
  console.log(`STAGE=${stage} ${command}\n  ${changeSets.join('\n  ') || 'no change set'}`)
  return { ...result, changeSets }
}

/** The stages that come with the project are not pinned. */
function runPinned(pin: { account?: string }) {
  const script = `
    import { deploy } from './infra/bin/deploy.ts'
    import { stageOf } from './infra/lib/stages.ts'
    await deploy('infra', 'hub', { ...stageOf('dev'), ...${JSON.stringify(pin)} })`
  return spawned(process.execPath, ['--input-type=module', '-e', script], {})
}

async function spawned(program: string, args: string[], variables: Record<string, string>) {
  const child = spawn(program, args, {
    cwd: root,
    timeout: 170_000,
    env: {
      PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
      HOME: process.env.HOME,
      CI: 'true',
      TURBO_TELEMETRY_DISABLED: '1',
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_REGION: aws.account.region,
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
      ...variables,
    },
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, output: stdout + stderr }
}
