import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findAwsTarget } from '../../src/stage/aws-target.ts'
import { startStage, type StartedStage } from '../start-stage.ts'

let started: StartedStage
let root: string

// The local cloud's STS says who calls, as AWS's does
beforeAll(async () => {
  started = await startStage()
  const { endpoint = '', credentials } = started.stage.settingsFor('STS')
  vi.stubEnv('AWS_ENDPOINT_URL_STS', endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials?.accessKeyId ?? '')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials?.secretAccessKey ?? '')
  root = await mkdtemp(join(tmpdir(), 'fanout-target-'))
  await mkdir(join(root, 'infra/lib'), { recursive: true })
  const pins =
    "{ here: { account: '000000000000', region: 'eu-west-1' }, there: { account: '111111111111' }, far: { region: 'us-east-1' } }"
  await writeFile(join(root, 'infra/lib/stages.ts'), `export const stageOf = (name) => ({ name, ...(${pins})[name] })`)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await started.close()
})

test('a stage is where the credentials lead to', async () => {
  const target = await findAwsTarget(root, 'anywhere', { region: 'eu-west-1' })

  expect(target).toMatchObject({ isLocal: false, account: '000000000000', region: 'eu-west-1' })
  expect(target.settingsFor('SQS')).toEqual({ region: 'eu-west-1' })
})

test('without a region the pinned one is taken', async () => {
  vi.stubEnv('AWS_REGION', '')
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')

  expect(await findAwsTarget(root, 'here', {})).toMatchObject({ region: 'eu-west-1' })
})

test('another account than the pinned one is refused, and so is another region', async () => {
  await expect(findAwsTarget(root, 'there', { region: 'eu-west-1' })).rejects.toThrow('pinned to account 111111111111')
  await expect(findAwsTarget(root, 'far', { region: 'eu-west-1' })).rejects.toThrow('pinned to region us-east-1')
})

test('credentials that nobody knows are told as such', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAUNKNOWN')

  await expect(findAwsTarget(root, 'here', { region: 'eu-west-1' })).rejects.toThrow('cannot tell which AWS account')
})
