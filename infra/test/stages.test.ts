import { RemovalPolicy } from 'aws-cdk-lib'
import { App } from 'aws-cdk-lib'
import { afterEach, expect, test, vi } from 'vitest'
import { currentStage, stageOf } from '../lib/stages.ts'
import { addHub, addSubscriber, DEMANDING, MODEST, resourcesOf, subscriberTemplate, templatesOf } from './templates.ts'

afterEach(() => vi.unstubAllEnvs())

test('is dev unless STAGE says otherwise', () => {
  vi.stubEnv('STAGE', undefined)
  expect(currentStage().name).toBe('dev')

  vi.stubEnv('STAGE', 'prod')
  expect(currentStage().name).toBe('prod')
})

test('any other name is one more development stage', () => {
  expect(stageOf('anna')).toEqual({ ...stageOf('dev'), name: 'anna' })
  expect(stageOf('constructor')).toEqual({ ...stageOf('dev'), name: 'constructor' })
})

test('that is said, in case it is a slip', () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  for (const name of ['prod', 'prd']) {
    vi.stubEnv('STAGE', name)
    currentStage()
  }

  expect(warn.mock.calls).toEqual([[expect.stringContaining('stage prd is not in infra/lib/stages.ts')]])
  warn.mockRestore()
})

test('prod never deletes data', () => {
  const prod = stageOf('prod')
  expect(prod.removalPolicy).toBe(RemovalPolicy.RETAIN)

  const kept = templatesOf(prod).flatMap((template) => [
    ...resourcesOf(template, 'AWS::S3::Bucket'),
    ...resourcesOf(template, 'AWS::DynamoDB::Table'),
    ...resourcesOf(template, 'AWS::KMS::Key'),
    ...resourcesOf(template, 'AWS::Logs::LogGroup'),
  ])

  expect(kept.map(({ deletionPolicy }) => deletionPolicy)).toEqual(kept.map(() => 'Retain'))
  const tables = kept.filter(({ type }) => type === 'AWS::DynamoDB::Table')
  expect(tables.map(({ properties }) => properties.DeletionProtectionEnabled)).toEqual(tables.map(() => true))
})

test.each([
  ['prod', true],
  ['dev', undefined],
])('the stacks of %s are protected against being deleted: %s', (name, isProtected) => {
  const app = new App()
  const stacks = [addHub(app, stageOf(name)), addSubscriber(app, stageOf(name), DEMANDING)]

  expect(stacks.map(({ terminationProtection }) => terminationProtection)).toEqual(
    [isProtected, isProtected].map(Boolean),
  )
})

test('what prod keeps has names by which the next deploy finds it', () => {
  const names = resourcesOf(subscriberTemplate(stageOf('prod')), 'AWS::DynamoDB::Table').map(
    ({ properties }) => properties.TableName,
  )

  expect(names).toEqual(['Fanout-prod-WordCount-Words'])
})

test('a pinned stage is synthesized for its account and region', () => {
  const stage = { ...stageOf('dev'), account: '111111111111', region: 'eu-west-1' }

  expect(addHub(new App(), stage).environment).toBe('aws://111111111111/eu-west-1')
})

test('the stage caps what an app may run at once', () => {
  const concurrency = (maxConcurrency: number) => {
    const template = subscriberTemplate({ ...stageOf('dev'), maxConcurrency }, { ...MODEST, maxConcurrency: 50 })
    return resourcesOf(template, 'AWS::Lambda::EventSourceMapping')[0]?.properties.ScalingConfig
  }

  expect(concurrency(20)).toEqual({ MaximumConcurrency: 20 })
  expect(concurrency(100)).toEqual({ MaximumConcurrency: 50 })
})

test.each(['', 'Prod', 'my-stage', 'a'.repeat(17), '../x'])('refuses the name %j', (name) => {
  expect(() => stageOf(name)).toThrow('is not a name of 1 to 16')
})
