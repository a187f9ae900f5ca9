import { expect, test } from 'vitest'
import { stageOf } from '../lib/stages.ts'
import { subscriptionFilter } from '../lib/subscription-filter.ts'

const { published } = stageOf('dev')

test('is not needed for a subscriber that hears everything', () => {
  expect(subscriptionFilter({ events: undefined, prefixes: [] }, published)).toBeUndefined()
  expect(subscriptionFilter({ events: published.events, prefixes: [] }, published)).toBeUndefined()
})

test('matches a family by prefix, and an event without actions by its name', () => {
  const filter = subscriptionFilter({ events: ['created', 'tiered'], prefixes: [] }, published)

  expect(filter).toEqual({ Records: { eventName: [{ prefix: 'ObjectCreated:' }, 'IntelligentTiering'] } })
})

test('matches keys as S3 writes them: URL-encoded, space as +', () => {
  const filter = subscriptionFilter({ events: undefined, prefixes: ['my photos/ü (1)/'] }, published)

  expect(filter).toEqual({ Records: { s3: { object: { key: [{ prefix: 'my+photos/%C3%BC+%281%29/' }] } } } })
})

test('takes the most that SNS takes: 18 pairs of event and prefix', () => {
  const events = published.events.slice(0, 6)

  expect(subscriptionFilter({ events, prefixes: ['a', 'b', 'c'] }, published)).toBeDefined()
})

test('refuses, with the arithmetic, a filter over the complexity that SNS takes', () => {
  const events = published.events.slice(0, 4)

  expect(() => subscriptionFilter({ events, prefixes: ['a', 'b', 'c', 'd', 'e'] }, published)).toThrow(
    'Records.eventName (4 values x depth 2) x Records.s3.object.key (5 values x depth 4) = 160, more than 150',
  )
})

test('refuses events that the bucket does not publish', () => {
  expect(() => subscriptionFilter({ events: ['created', 'tagged'], prefixes: [] }, { events: ['created'] })).toThrow(
    'does not publish tagged',
  )
})
