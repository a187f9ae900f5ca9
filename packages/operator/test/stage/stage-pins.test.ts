import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UsageError } from '../../src/exit-codes.ts'
import { readStagePins, refuseOtherTarget } from '../../src/stage/stage-pins.ts'
import { WORKSPACE_ROOT } from '../../src/workspace.ts'

const here = { account: '111111111111', region: 'eu-west-1' }

test('a stage without pins may be anywhere', () => {
  expect(() => refuseOtherTarget('dev', {}, here)).not.toThrow()
})

test('a stage that is pinned here may be used', () => {
  expect(() => refuseOtherTarget('prod', here, here)).not.toThrow()
})

test.each([{ account: '222222222222' }, { region: 'us-east-1' }])('a stage that is pinned to %j is refused', (pins) => {
  expect(() => refuseOtherTarget('prod', pins, here)).toThrow(UsageError)
})

test('pins are read where stages are defined', async () => {
  const root = await mkdtemp(join(tmpdir(), 'fanout-pins-'))
  await mkdir(join(root, 'infra/lib'), { recursive: true })
  const source = "export const stageOf = (name) => ({ name, account: '111111111111', region: 'eu-west-1', other: 1 })"
  await writeFile(join(root, 'infra/lib/stages.ts'), source)

  expect(await readStagePins(root, 'prod')).toEqual(here)
})

test('a name that no stage can have is refused', async () => {
  await expect(readStagePins(WORKSPACE_ROOT, 'No Stage')).rejects.toThrow(UsageError)
})
