import type { Output } from '@fanout/handler/commands'
import { describe, expect, test } from 'vitest'
import outputs from '../outputs.ts'
import { renditionKeys, renditionPrefix } from '../src/rendition-keys.ts'
import { RenditionSettings, toRenditionSpec } from '../src/rendition-settings.ts'
import { specId } from '../src/rendition-spec.ts'

const spec = toRenditionSpec(RenditionSettings.parse({}))
const object = { key: 'a b.jpg', eTag: 'e1', size: 1, lastModified: new Date('2026-01-01T00:00:10Z') }

const listed = (time: string): Output[] =>
  renditionKeys(object.key, spec).map((key) => ({ key, lastModified: new Date(time) }))
const looked = (metadata: Record<string, string>): Output[] =>
  listed('2026-01-01T00:00:10Z').map((output) => ({ ...output, attributes: metadata }))
const compare = (found: Output[], of: typeof object | undefined = object) => outputs.compare(of, found, {})

describe('renditions', () => {
  test('that are younger than their object are current', () => {
    expect(compare(listed('2026-01-01T00:00:12Z'))).toBe('current')
  })

  test('that are not have to be looked at', () => {
    expect(compare(listed('2026-01-01T00:00:10Z'))).toBe('look')
  })

  test('of this object and these settings are current, of others outdated', () => {
    expect(compare(looked({ 'source-etag': '"e1"', spec: specId(spec) }))).toBe('current')
    expect(compare(looked({ 'source-etag': '"e0"', spec: specId(spec) }))).toBe('outdated')
    expect(compare(looked({ 'source-etag': '"e1"', spec: 'other' }))).toBe('outdated')
  })

  test('that are not all there, or more than all, are outdated', () => {
    const all = listed('2026-01-01T00:00:12Z')

    expect(compare(all.slice(1))).toBe('outdated')
    expect(compare([...all, { key: 'a%20b.jpg@64.webp', lastModified: new Date() }])).toBe('outdated')
  })

  test('of an archived object stay as they are, but for those of an earlier one', () => {
    const archived = { ...object, isArchived: true }
    const some = (metadata: Record<string, string>) => looked(metadata).slice(1)

    expect(compare([], archived)).toBe('archived')
    expect(compare(listed('2026-01-01T00:00:12Z').slice(1), archived)).toBe('look')
    expect(compare(some({ 'source-etag': '"e1"', spec: 'other' }), archived)).toBe('archived')
    expect(compare(some({ 'source-etag': '"e0"', spec: 'other' }), archived)).toBe('outdated')
    expect(compare(looked({ 'source-etag': '"e1"', spec: specId(spec) }), archived)).toBe('current')
  })

  test('that are none are missing, and without an object left behind', () => {
    expect(compare([])).toBe('missing')
    expect(outputs.compare(undefined, listed('2026-01-01T00:00:12Z'), {})).toBe('orphaned')
  })
})

test.each(['a b.jpg', 'x@y/ü%😀.png', '../a', 'line\nbreak'])('the object of a rendition of %j is found', (key) => {
  for (const rendition of renditionKeys(key, spec)) {
    expect(outputs.nameIn(rendition)).toBe(renditionPrefix(key))
    expect(outputs.objectKeyOf(renditionPrefix(key))).toBe(key)
  }
})

test('the object of a rendition with a hash in its name cannot be told', () => {
  const key = 'ü'.repeat(300)
  const [rendition] = renditionKeys(key, spec)

  expect(outputs.nameIn(rendition)).toBe(renditionPrefix(key))
  expect(outputs.objectKeyOf(renditionPrefix(key))).toBeUndefined()
})

test('what somebody else put into the bucket is not ours', () => {
  expect(outputs.nameIn('notes.txt')).toBeUndefined()
})

test.each(['', 'a', 'a b/', 'a b/c', `${'ü'.repeat(200)}/`])(
  'renditions of keys that begin with %j are listed',
  (prefix) => {
    expect(renditionPrefix(`${prefix}d.jpg`).startsWith(outputs.listUnder(prefix))).toBe(true)
    expect(renditionPrefix(`${prefix}${'é'.repeat(300)}`).startsWith(outputs.listUnder(prefix))).toBe(true)
  },
)
