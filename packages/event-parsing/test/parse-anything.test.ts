import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseMessage } from '../src/index.ts'
import { buildNotification } from '../src/testing/index.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 200 })

/** A valid record in which something is replaced by anything, at any depth. */
const brokenRecord = fc
  .tuple(fc.constantFrom(...pathsOf(validRecord())), fc.jsonValue())
  .map(([path, value]) => replaceAt(validRecord(), path, value))

describe('parseMessage never throws, and leaves nothing out', () => {
  test('whatever the bytes of a body are', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.json()), (body) => {
        const { kind, events, failures } = parseMessage(body)

        expect(events).toEqual([])
        expect(kind === 'test-event' || failures.length > 0).toBe(true)
      }),
    )
  })

  test('whatever stands in its records: each is an event or a failure, in its place', () => {
    const records = fc.array(fc.oneof(brokenRecord, fc.constant(validRecord()), fc.jsonValue()), { minLength: 1 })
    fc.assert(
      fc.property(records, (given) => {
        const parsed = given.map((record) => parseMessage(JSON.stringify({ Records: [record] })))
        const { events, failures } = parseMessage(JSON.stringify({ Records: given }))

        expect(events).toEqual(parsed.flatMap((one) => one.events))
        expect(failures.map(({ error }) => error)).toEqual(
          parsed.flatMap((one) => one.failures.map(({ error }) => error)),
        )
        expect(events.length + failures.length).toBe(given.length)
        const places = parsed.flatMap((one, index) => one.failures.map(() => index))
        expect(failures.map(({ index }) => index)).toEqual(places)
      }),
    )
  })

  test('however deep a readable record is wrapped, as far as AWS wraps', () => {
    const wrappers: ((body: string) => string)[] = [
      (body) => JSON.stringify({ Type: 'Notification', Message: body }),
      (body) => JSON.stringify({ Records: [{ eventSource: 'aws:sqs', body }] }),
      (body) => JSON.stringify({ Records: [{ EventSource: 'aws:sns', Sns: { Message: body } }] }),
    ]
    const body = buildNotification({ key: 'deep.jpg' })
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...wrappers), { maxLength: 6 }), (wraps) => {
        const { kind, events } = parseMessage(wraps.reduce((inner, wrap) => wrap(inner), body))

        expect([kind, events[0]?.key]).toEqual(wraps.length <= 3 ? ['events', 'deep.jpg'] : ['unreadable', undefined])
      }),
    )
  })
})

function validRecord(): Json {
  return JSON.parse(buildNotification()).Records[0]
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

function pathsOf(value: Json, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...path, name]))]
}

function replaceAt(value: Json, [name, ...rest]: string[], replacement: unknown): unknown {
  if (name === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return replacement
  const inner = new Map(Object.entries(value)).get(name)
  return { ...value, [name]: replaceAt(inner ?? null, rest, replacement) }
}
