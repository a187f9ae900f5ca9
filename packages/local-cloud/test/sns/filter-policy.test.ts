import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkFilter, type FilterPolicy, matchesFilter } from '../../src/sns/filter-policy.ts'

const created = { Records: [{ eventName: 'ObjectCreated:Put', s3: { object: { key: 'img/a.jpg', size: 5 } } }] }
const key = (...conditions: (string | object)[]) =>
  ({ Records: { s3: { object: { key: conditions } } } }) as FilterPolicy

test.each<[string, FilterPolicy]>([
  ['an exact value', key('img/a.jpg')],
  ['one of several values', key('other', 'img/a.jpg')],
  ['a prefix', key({ prefix: 'img/' })],
  ['a suffix', key({ suffix: '.jpg' })],
  ['a prefix or a suffix: conditions of one key are alternatives', key({ prefix: 'img/' }, { suffix: '.png' })],
  ['a wildcard', key({ wildcard: 'img/*.jpg' })],
  ['ignoring case', key({ 'equals-ignore-case': 'IMG/A.JPG' })],
  ['anything but some values', key({ 'anything-but': ['x', 'y'] })],
  ['anything but a prefix', key({ 'anything-but': { prefix: 'thumbs/' } })],
  ['a key that exists', key({ exists: true })],
  ['a key that does not', { Records: { s3: { gone: [{ exists: false }] } } }],
  ['a number', { Records: { s3: { object: { size: [5] } } } }],
  ['an empty policy', {}],
])('the body filter accepts %s', (_, policy) => {
  expect(matchesFilter(policy, created)).toBe(true)
})

test.each<[string, FilterPolicy]>([
  ['another value', key('img/b.jpg')],
  ['a prefix in another case', key({ prefix: 'IMG/' })],
  ['a suffix that is elsewhere', key({ suffix: 'img/' })],
  ['a wildcard that leaves something over', key({ wildcard: 'img/*.jp' })],
  ['a dot of a wildcard that is not a dot', key({ wildcard: 'img/a?jpg' })],
  ['what anything-but names', key({ 'anything-but': { suffix: '.jpg' } })],
  ['anything-but on a missing key', { Records: { s3: { gone: [{ 'anything-but': ['x'] }] } } }],
  ['a number as text', { Records: { s3: { object: { size: ['5'] } } } }],
  ['a missing key', { gone: [{ exists: true }] }],
])('the body filter refuses %s', (_, policy) => {
  expect(matchesFilter(policy, created)).toBe(false)
})

test('all keys must match in the same record of a message', () => {
  const policy = { Records: { eventName: ['a'], s3: { object: { key: ['x'] } } } }
  const record = (eventName: string, name: string) => ({ eventName, s3: { object: { key: name } } })

  expect(matchesFilter(policy, { Records: [record('a', 'y'), record('b', 'x')] })).toBe(false)
  expect(matchesFilter(policy, { Records: [record('b', 'x'), record('a', 'x')] })).toBe(true)
})

test('the test event of S3 matches no filter on records', () => {
  expect(matchesFilter(key({ exists: true }), { Service: 'Amazon S3', Event: 's3:TestEvent' })).toBe(false)
})

test.each<[string, FilterPolicy]>([
  ['operator contains', key({ exists: true }, { contains: 'x' })],
  ['operator numeric', { Records: { s3: { object: { size: [{ numeric: ['>', 1] }] } } } }],
  ['key $or', { $or: [{ a: ['x'] }, { b: ['x'] }] as never }],
  ['key Records.eventName', { 'Records.eventName': ['x'] }],
])('refuses %s, which it does not know, wherever it stands', (what, policy) => {
  expect(() => checkFilter(policy)).toThrow(`FilterPolicy ${what} is not modelled`)
})

const recorded = new URL(
  '../../../../../shared/fixtures/filter-policy/s3-records-body-filter-aws-recorded.json',
  import.meta.url,
)

test.runIf(existsSync(recorded))('decides the recorded cases as AWS did', () => {
  const { policy, cases } = JSON.parse(readFileSync(recorded, 'utf8'))

  const verdicts = cases.map(({ body }: { body: unknown }) => matchesFilter(policy, body))

  expect(verdicts).toEqual(cases.map(({ match }: { match: boolean }) => match))
})
