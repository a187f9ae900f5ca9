import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { LogQuery } from '../../src/logs/log-entry.ts'
import { lastLocalActivity, readLocalLog } from '../../src/logs/local-log.ts'

const requestId = '11111111-2222-3333-4444-555555555555'
let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fanout-logs-'))
  const folder = join(root, '.fanout/logs')
  await mkdir(folder, { recursive: true })
  const line = (second: number, fields: object) =>
    JSON.stringify({ timestamp: `2026-01-01T00:00:0${second}.000Z`, level: 'INFO', ...fields })
  await writeFile(join(folder, 'thumbnailer.1.ndjson'), `${line(1, { message: 'done', key: 'a.jpg', requestId })}\n`)
  const lines = [
    line(2, { message: 'done', key: 'b.jpg' }),
    line(3, { message: 'skipped', key: `${'x'.repeat(20)}…` }),
    line(4, { _aws: {}, Done: 1 }),
    line(5, { message: `2026-01-01T00:00:05.000Z\t${requestId}\tERROR\tUncaught` }),
  ]
  await writeFile(join(folder, 'thumbnailer.ndjson'), `${lines.join('\n')}\nnot JSON\n`)
})

const read = async (query: LogQuery) => {
  const found: string[] = []
  for await (const { message, key } of readLocalLog(root, 'thumbnailer', query)) found.push(key ?? message)
  return found
}

test('all lines are shown, older ones first, without metrics', async () => {
  expect(await read({})).toEqual([
    'a.jpg',
    'b.jpg',
    `${'x'.repeat(20)}…`,
    expect.stringContaining('Uncaught'),
    'not JSON',
  ])
})

test('the lines of a key are found, also where it was cut short', async () => {
  expect(await read({ key: 'b.jpg' })).toEqual(['b.jpg'])
  expect(await read({ key: `${'x'.repeat(50)}.jpg` })).toEqual([`${'x'.repeat(20)}…`])
})

test('the lines of a request are found, also those of the runtime', async () => {
  expect(await read({ requestId })).toEqual(['a.jpg', expect.stringContaining('Uncaught')])
})

test('younger lines are found by their time', async () => {
  expect(await read({ since: '2026-01-01T00:00:03.000Z' })).not.toContain('b.jpg')
})

test('a subscriber that never logged has no lines and no activity', async () => {
  expect(await lastLocalActivity(root, 'audit-logger')).toBeUndefined()
  expect(await lastLocalActivity(root, 'thumbnailer')).toMatch(/^\d{4}-/)
})
