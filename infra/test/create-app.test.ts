import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Stack } from 'aws-cdk-lib'
import { CfnQueue } from 'aws-cdk-lib/aws-sqs'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createApp } from '../lib/create-app.ts'
import { addHub, addSubscriber, DEMANDING, STAGES } from './templates.ts'

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fanout-synth-'))
  vi.stubEnv('CDK_OUTDIR', folder)
  // CDK prints its findings; here they are expected.
  vi.spyOn(console, 'error').mockReturnValue()
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
    process.exitCode = undefined
    await rm(folder, { recursive: true, force: true })
  })
})

test.each(STAGES)('$name has no invalid template, and no finding that nobody has answered', (stage) => {
  const app = createApp()
  addHub(app, stage)
  addSubscriber(app, stage, DEMANDING, 'word-count', ['nightly'])

  app.synth()

  expect(process.exitCode).toBeUndefined()
})

test.each(['AwsSolutions-SQS2', 'Serverless-SQSRedrivePolicy'])("synth fails on cdk-nag's finding %s", (finding) => {
  const app = createApp()
  new CfnQueue(new Stack(app, 'Open'), 'Queue', { sqsManagedSseEnabled: false })

  expect(() => app.synth()).toThrow(finding)
})

test('synth fails on a property that CloudFormation does not know', () => {
  const app = createApp()
  new CfnQueue(new Stack(app, 'Open'), 'Queue').addPropertyOverride('Colour', 'red')

  expect(() => app.synth()).toThrow("'Colour' was unexpected")
})
