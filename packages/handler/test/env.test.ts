import { expect, test } from 'vitest'
import { parseEnv } from '../src/env.ts'
import { testEnvironment } from '../src/testing/index.ts'

test('reads what infra sets, with numbers as numbers', () => {
  const env = parseEnv({ ...testEnvironment(), MAX_ATTEMPTS: '4', DELIVERIES_TABLE: 'deliveries' })

  expect(env).toMatchObject({ SUBSCRIBER: 'test-subscriber', MAX_ATTEMPTS: 4, DELIVERIES_TABLE: 'deliveries' })
})

test('tries 9 times and works on 10 messages at once unless told otherwise', () => {
  const { MAX_ATTEMPTS: _, RECORDS_IN_FLIGHT: __, ...rest } = testEnvironment()

  expect(parseEnv(rest)).toMatchObject({ MAX_ATTEMPTS: 9, RECORDS_IN_FLIGHT: 10 })
})

test.each(['SUBSCRIBER', 'UPLOADS_BUCKET', 'QUEUE_URL', 'DEAD_LETTER_QUEUE_URL'])(
  'names %s when it is missing',
  (name) => {
    expect(() => parseEnv({ ...testEnvironment(), [name]: undefined })).toThrow(name)
  },
)

test('names a variable that is not what it should be', () => {
  expect(() => parseEnv({ ...testEnvironment(), RECORDS_IN_FLIGHT: 'many' })).toThrow('RECORDS_IN_FLIGHT')
})
