import { expect, test } from 'vitest'
import outputs from '../outputs.ts'
import { EXTRACTOR } from '../src/read-metadata.ts'

const object = { key: 'a.jpg', eTag: 'e1', size: 1, lastModified: new Date('2026-01-01T00:00:10Z') }
const live = { deleted: false, eTag: 'e1', lastModified: '2026-01-01T00:00:10.000Z', extractor: EXTRACTOR }
const row = (attributes: Record<string, unknown>) => [{ key: 'a.jpg', attributes }]

test('a row of this upload is current', () => {
  expect(outputs.compare(object, row(live))).toBe('current')
})

test('a row of other bytes, of an earlier upload of the same, or by an older extractor is outdated', () => {
  for (const change of [{ eTag: 'e0' }, { lastModified: '2026-01-01T00:00:09.000Z' }, { extractor: EXTRACTOR - 1 }]) {
    expect(outputs.compare(object, row({ ...live, ...change }))).toBe('outdated')
  }
})

test('a row without what the bytes of an archived object say is as good as can be', () => {
  const archived = { ...object, isArchived: true }

  expect(outputs.compare(archived, row({ ...live, extractor: undefined }))).toBe('archived')
  expect(outputs.compare(archived, row({ ...live, eTag: 'e0' }))).toBe('outdated')
  expect(outputs.compare(archived, row(live))).toBe('current')
})

test('an object without a row, or with a tombstone, misses it', () => {
  expect(outputs.compare(object, [])).toBe('missing')
  expect(outputs.compare(object, row({ deleted: true, expiresAt: 1 }))).toBe('missing')
})

test('a tombstone of what is gone is right, a row is left behind', () => {
  expect(outputs.compare(undefined, row({ deleted: true, expiresAt: 1 }))).toBe('current')
  expect(outputs.compare(undefined, row(live))).toBe('orphaned')
})
