import { RemovalPolicy } from 'aws-cdk-lib'
import { afterEach, expect, test, vi } from 'vitest'
import { currentStage, stageOf } from '../lib/stages.ts'

afterEach(() => vi.unstubAllEnvs())

test('is dev unless STAGE says otherwise', () => {
  vi.stubEnv('STAGE', undefined)
  expect(currentStage().name).toBe('dev')

  vi.stubEnv('STAGE', 'prod')
  expect(currentStage().name).toBe('prod')
})

test('any other name is one more development stage', () => {
  expect(stageOf('anna')).toEqual({ ...stageOf('dev'), name: 'anna' })
})

test('prod never deletes data', () => {
  expect(stageOf('prod').removalPolicy).toBe(RemovalPolicy.RETAIN)
})

test.each(['', 'Prod', 'my-stage', 'a'.repeat(17), '../x'])('refuses the name %j', (name) => {
  expect(() => stageOf(name)).toThrow('is not a name of 1 to 16')
})
