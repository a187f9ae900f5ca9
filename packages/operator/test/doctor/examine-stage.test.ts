import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { examineStage } from '../../src/doctor/examine-stage.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { readPermissions } from '../../src/doctor/read-permissions.ts'
import type { Stage } from '../../src/stage/stage.ts'
import { startStage } from '../start-stage.ts'

let stage: Stage
let close: () => Promise<void>
let root: string

beforeAll(async () => {
  ;({ stage, close } = await startStage())
  root = await mkdtemp(join(tmpdir(), 'fanout-doctor-'))
  for (const name of ['first', 'third']) {
    await mkdir(join(root, 'apps', name), { recursive: true })
    await writeFile(join(root, 'apps', name, 'infra.ts'), '')
  }
})
afterAll(() => close())

const findings = async (check: string) => (await examineStage(stage, root)).filter((finding) => finding.check === check)

// The stage of these tests has a bucket and queues, and nothing between them
test('a bucket that tells nobody, queues without dead letters and functions that nobody feeds are found', async () => {
  expect(await findings('notification')).toMatchObject([{ level: 'problem' }])
  expect(await findings('queue of first')).toMatchObject([{ level: 'problem' }])
  expect(await findings('feed of first')).toMatchObject([{ level: 'problem' }])
})

test('a subscriber without a folder and a folder without a subscriber are found', async () => {
  const texts = (await findings('folders')).map(({ text }: Finding) => text)

  expect(texts).toEqual(['second is deployed and has no folder in apps/', 'apps/third is not deployed'])
})

test('everything that is wrong has a remedy', async () => {
  const wrong = (await examineStage(stage, root)).filter(({ level }) => level === 'problem' || level === 'warning')

  expect(wrong.length).toBeGreaterThan(0)
  expect(wrong.every(({ remedy }) => remedy !== undefined && remedy !== '')).toBe(true)
})

test('what cannot be looked at is a finding, and no end of the examination', async () => {
  const examined = await examineStage({ ...stage, uploadsBucket: 'no-such-bucket' }, root)

  const found = examined.filter(({ check }) => check === 'notification')
  expect(found).toMatchObject([{ level: 'unknown', text: expect.stringContaining('cannot be looked at') }])
  expect(examined.filter(({ check }) => check === 'folders')).toHaveLength(2)
})

test('the local cloud tells what its roles used', async () => {
  expect(await readPermissions(stage)).toMatchObject({ roles: [], denied: [] })
})
