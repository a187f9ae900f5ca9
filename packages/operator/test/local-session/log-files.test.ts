import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { openLogFiles } from '../../src/local-session/log-files.ts'

let folder: string

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'fanout-logs-')), 'logs')
})

test('keeps every line as a JSON object, in a file for each subscriber', async () => {
  const logs = open()

  logs.write('thumbnailer', '{"level":"INFO","message":"done"}')
  logs.write('thumbnailer', 'Debugger attached.')
  logs.write('audit-logger', '"a text"')

  const [entry, text] = await read('thumbnailer.ndjson')
  expect(entry).toEqual({ level: 'INFO', message: 'done' })
  expect(text).toEqual({ timestamp: expect.any(String), message: 'Debugger attached.' })
  expect(await read('audit-logger.ndjson')).toEqual([{ timestamp: expect.any(String), message: '"a text"' }])
})

test('goes on with the file of the run before', async () => {
  open().write('thumbnailer', '{"run":1}')

  open().write('thumbnailer', '{"run":2}')

  expect(await read('thumbnailer.ndjson')).toEqual([{ run: 1 }, { run: 2 }])
})

test('keeps the last full file, and never more than two', async () => {
  const logs = open(30)

  for (let count = 1; count <= 9; count++) logs.write('thumbnailer', JSON.stringify({ count }))

  expect((await readdir(folder)).toSorted()).toEqual(['thumbnailer.1.ndjson', 'thumbnailer.ndjson'])
  expect(await read('thumbnailer.1.ndjson')).toEqual([{ count: 7 }, { count: 8 }])
  expect(await read('thumbnailer.ndjson')).toEqual([{ count: 9 }])
})

test('a folder that somebody removes does not end the run', async () => {
  const logs = open(10)
  logs.write('thumbnailer', '{"count":1}')

  await rm(folder, { recursive: true })

  expect(() => logs.write('thumbnailer', '{"count":2}')).not.toThrow()
})

function open(largestBytes?: number) {
  const logs = openLogFiles(folder, largestBytes)
  onTestFinished(logs.close)
  return logs
}

async function read(name: string): Promise<unknown[]> {
  const lines = (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line))
}
