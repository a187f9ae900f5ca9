import { App } from 'aws-cdk-lib'
import { expect, test } from 'vitest'
import type { SubscriberDefinition } from '../lib/define-subscriber.ts'
import { Duration, type OwnResources } from '../lib/index.ts'
import { stageOf } from '../lib/stages.ts'
import { addSubscriber, DEMANDING, MODEST } from './templates.ts'

/** What synth says of an infra.ts that is like MODEST, except for these fields: any value that JavaScript lets through. */
function refusalOf(fields: Record<string, unknown>): string {
  const definition: SubscriberDefinition = Object.assign({ ...MODEST }, fields)
  try {
    addSubscriber(new App(), stageOf('dev'), definition, 'word-count', ['nightly'])
  } catch (error) {
    if (error instanceof Error) return error.message
  }
  return 'nothing'
}

const resources = (add: (own: OwnResources) => void) => ({ resources: add })
const table = { env: 'WORDS_TABLE', partitionKey: 'objectKey', actions: ['dynamodb:PutItem'] as const }

test('accepts everything that a definition can have', () => {
  expect(refusalOf({ ...DEMANDING, functions: { nightly: { batchSize: 5, maxConcurrency: 2 } } })).toBe('nothing')
})

test.each<[string, Record<string, unknown>, string]>([
  ['memoryMb left out', { memoryMb: undefined }, 'memoryMb is missing, it should be a whole number from 128 to 10240'],
  [
    'timeout left out',
    { timeout: undefined },
    'timeout is missing, it should be a duration from 1 second to 15 minutes',
  ],
  ['a field misspelt', { memory: 512 }, 'memory is not a field, the fields are events, prefix, memoryMb, '],
  ['memory in a text', { memoryMb: '512' }, 'memoryMb is "512", it should be a whole number from 128 to 10240'],
  ['too little memory', { memoryMb: 64 }, 'memoryMb is 64, it should be'],
  ['a bare number of seconds', { timeout: 30 }, 'timeout is 30, it should be a duration'],
  [
    'a timeout that Lambda does not have',
    { timeout: Duration.minutes(16) },
    'timeout is Duration.minutes(16), it should',
  ],
  ['parts of a second', { timeout: Duration.millis(1500) }, 'timeout is Duration.millis(1500), it should'],
  [
    'an unknown event',
    { events: ['create'] },
    'events is ["create"], it should be a list of some of created, removed, ',
  ],
  ['no event at all', { events: [] }, 'events is [], it should be a list'],
  ['one event without a list', { events: 'created' }, 'events is "created", it should be a list'],
  ['an empty prefix', { prefix: '' }, 'prefix is "", it should be a text, or a list of texts'],
  ['a batch of none', { batchSize: 0 }, 'batchSize is 0, it should be a whole number from 1 to 10000'],
  [
    'a batch of more than 10 without a window',
    { batchSize: 11 },
    'batchSize 11 is more than 10 and needs a batchWindow',
  ],
  [
    'a long window',
    { batchWindow: Duration.minutes(6) },
    'batchWindow is Duration.minutes(6), it should be a duration of',
  ],
  ['no attempt at all', { maxAttempts: 0 }, 'maxAttempts is 0, it should be a whole number from 1 to 50'],
  ['a concurrency below 2', { maxConcurrency: 1 }, 'maxConcurrency is 1, it should be a whole number from 2 to 1000'],
  ['no record at a time', { recordsInFlight: 0 }, 'recordsInFlight is 0, it should be'],
  [
    'a variable that is no text',
    { environment: { SIZE: 5 } },
    'environment is {"SIZE":5}, it should be names and texts',
  ],
  ["one of Lambda's own variables", { environment: { AWS_REGION: 'x' } }, "none of them Lambda's own"],
  ["one of Fanout's variables", { environment: { QUEUE_URL: 'x' } }, 'the variable QUEUE_URL is there already'],
  ['readsUploads in a text', { readsUploads: 'yes' }, 'readsUploads is "yes", it should be true or false'],
  ['resources that are no function', { resources: {} }, 'resources is {}, it should be a function'],
  ['functions in a list', { functions: [] }, 'functions is [], it should be an object with a member per function'],
  ['a function without a file', { functions: { weekly: {} } }, 'functions.weekly: there is no src/weekly.handler.ts'],
  [
    'a mistake in a function',
    { functions: { nightly: { memoryMb: 1 } } },
    'functions.nightly: memoryMb is 1, it should',
  ],
  [
    'a field that functions share',
    { functions: { nightly: { readsUploads: true } } },
    'functions.nightly: readsUploads is not a field, the fields are events, ',
  ],
  [
    'a batch that needs a window in a function',
    { functions: { nightly: { batchSize: 20 } } },
    'functions.nightly: batchSize 20 is more than 10',
  ],
  [
    'an id that is taken',
    resources((own) => own.addTable('Queue', table)),
    'resources: Queue is taken, choose another id',
  ],
  [
    'an id twice',
    resources((own) => [1, 2].forEach((n) => own.addTable('Words', { ...table, env: `WORDS_${n}` }))),
    'resources: Words is taken',
  ],
  ['an id with a hyphen', resources((own) => own.addTable('my-words', table)), 'my-words is not an id in PascalCase'],
  [
    'the same env twice',
    resources((own) => ['One', 'Two'].forEach((id) => own.addTable(id, table))),
    'resources: Two: env WORDS_TABLE is taken',
  ],
  ['an env for a person', resources((own) => own.addTable('Words', { ...table, env: 'words table' })), 'a name like'],
  [
    'a table without a key',
    resources((own) => own.addTable('Words', { ...table, partitionKey: '' })),
    'a partitionKey',
  ],
  ['a table that nobody uses', resources((own) => own.addTable('Words', { ...table, actions: [] })), 'has no actions'],
  [
    'every action',
    resources((own) => own.addTable('Words', { ...table, actions: ['dynamodb:*'] })),
    'resources: Words: dynamodb:* is not the name of one action',
  ],
  [
    'every action on objects',
    resources((own) => own.addBucket('Pages', { env: 'PAGES_BUCKET', actions: ['s3:*Object*'] })),
    'resources: Pages: s3:*Object* is not the name of one action',
  ],
])('refuses %s', (_, fields, complaint) => {
  expect(refusalOf(fields)).toMatch(/^infra\.ts: /)
  expect(refusalOf(fields)).toContain(complaint)
})

test('tells all mistakes at once, a line for each', () => {
  expect(refusalOf({ memoryMb: 1, timeout: 1 }).split('\n')).toHaveLength(2)
})

test('refuses, for what a subscriber adds itself, every id that its stack has already', () => {
  const { node } = addSubscriber(new App(), stageOf('dev'), MODEST)
  const ids = node.children.map(({ node: child }) => child.id).filter((id) => !id.startsWith('Hub'))

  const accepted = ids.filter((id) => !refusalOf(resources((own) => own.addTable(id, table))).includes('is taken'))

  expect(accepted).toEqual([])
})
