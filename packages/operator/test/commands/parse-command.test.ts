import { buildNotification } from '@fanout/event-parsing/testing'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCli } from '../run-cli.ts'

const fixtures = join(import.meta.dirname, '../../../../shared/fixtures')

test('parse prints every field of an event, null where S3 did not say', async () => {
  const input = buildNotification({
    key: 'a b.jpg',
    eventName: 's3:ObjectRemoved:Delete',
    size: null,
    eTag: null,
    versionId: 'v1',
  })

  const { code, stdout } = await runCli(['parse', '-', '--json'], { input })

  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'events',
    events: [
      {
        bucket: 'uploads',
        key: 'a b.jpg',
        rawKey: 'a+b.jpg',
        eventName: 'ObjectRemoved:Delete',
        type: 'removed',
        kind: 'notified',
        size: null,
        eTag: null,
        versionId: 'v1',
        details: null,
      },
    ],
    failures: [],
  })
})

test('parse reports an unreadable record beside its readable neighbour', async () => {
  const input = buildNotification({ rawKey: '%E0%A4%A' }, { key: 'fine.jpg' })

  const { code, stdout } = await runCli(['parse', '-', '--json'], { input })

  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ events: [{ key: 'fine.jpg' }], failures: [{ index: 0 }] })
})

test('parse fails for a message that cannot be read, and prints its JSON all the same', async () => {
  const { code, stdout } = await runCli(['parse', '-', '--json'], { input: 'not JSON' })

  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'unreadable', events: [], failures: [{ index: 0 }] })
})

test('parse reads a file relative to the folder in which the person typed', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'fanout-parse-'))
  await writeFile(join(cwd, 'event.json'), buildNotification({ key: 'line\nbreak.txt' }))

  const { code, stdout } = await runCli(['parse', 'event.json'], { cwd })

  expect(code).toBe(0)
  expect(stdout).toBe('ObjectCreated:Put  uploads  line\u{FFFD}break.txt  2026-01-21T23:21:00.000Z  (notified)\n')
})

interface FixtureEntry {
  file: string
  category: string
  expected_records: { eventName: string; op: string; eventVersion: string }[]
}

describe.skipIf(!existsSync(fixtures))('the shared fixtures', () => {
  const manifest: FixtureEntry[] = existsSync(fixtures)
    ? JSON.parse(readFileSync(join(fixtures, 'manifest.json'), 'utf8'))
    : []

  test.each(manifest.filter(({ category }) => category === 'event'))('$file', async ({ file, expected_records }) => {
    const { stdout } = await runCli(['parse', join(fixtures, file), '--json'])

    const expected = expected_records.map(({ op: _op, eventName, ...record }) => ({
      ...record,
      eventName: eventName.replace(/^s3:/, ''),
    }))
    const { events } = JSON.parse(stdout)
    expect(events).toHaveLength(expected.length)
    expect(events).toMatchObject(expected)
  })
})
