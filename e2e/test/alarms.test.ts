import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildNotification } from '@fanout/event-parsing/testing'
import { done, PermanentError, rejected, skipped, type Job } from '@fanout/handler'
import { buildLambdaContext, buildSqsEvent, createTestHandler, testEnvironment } from '@fanout/handler/testing'
import { reportUnheard } from '@fanout/infra/report-unheard'
import { resourcesIn, type TemplateJson } from '@fanout/infra/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { readAlarm, type Alarm } from '../src/cloudwatch/alarm.ts'
import { identityOf, readEmf, type Metric, type Series } from '../src/cloudwatch/metric.ts'
import { findsMetric } from '../src/cloudwatch/search.ts'
import { APPS, stackOf } from '../src/subscriber-stacks.ts'
import { synthesizeTemplates } from '../src/synthesized-templates.ts'

const NOW = Date.parse('2026-01-21T12:00:00Z')
const MINUTE = 60_000

let templates: Map<string, TemplateJson>
beforeAll(async () => {
  templates = await synthesizeTemplates('dev')
}, 180_000)

/** What a subscriber's function makes of events, told by the first word of their keys. */
const job: Job = async ({ key }) => {
  if (key.startsWith('skip')) return skipped('not for us')
  if (key.startsWith('reject')) return rejected('hostile')
  if (key.startsWith('fail')) throw new Error('throttled')
  if (key.startsWith('give up')) throw new PermanentError('foreign bucket')
  return done()
}

/** What the function of a subscriber prints about some events, as CloudWatch reads it. */
async function emit(subscriber: string, keys: readonly string[], ageMs = 1000): Promise<Series[]> {
  const eventTime = new Date(NOW - ageMs).toISOString()
  const { handler, metrics } = createTestHandler(job, {
    env: { ...testEnvironment(), STAGE: 'dev', SUBSCRIBER: subscriber, MAX_ATTEMPTS: 9, RECORDS_IN_FLIGHT: 10 },
    now: () => NOW,
  })
  await handler(buildSqsEvent(keys.map((key) => buildNotification({ key, eventTime }))), buildLambdaContext())
  return metrics.flatMap(readEmf)
}

/** What the hub's own function prints when so many uploads were heard of by nobody, as CloudWatch reads it. */
function emitUnheard(count: number): Series[] {
  const [metric = ''] = reportUnheard({ checked: 100, count, keys: [] }, 'dev', NOW)
  return readEmf(metric)
}

/** What AWS itself counts about a resource of the template, by the pages of each service. */
const counted = (namespace: string, name: string, dimension: string, resource: string, value: number): Series => ({
  namespace,
  name,
  dimensions: { [dimension]: resource },
  values: [value],
})
const queue = (name: string, id: string, value: number) => [
  counted('AWS/SQS', name, 'QueueName', `AWS::SQS::Queue ${id}`, value),
]
const fn = (name: string, value: number, id = 'Function') => [
  counted('AWS/Lambda', name, 'FunctionName', `AWS::Lambda::Function ${id}`, value),
]
const topic = (name: string, value: number) => [
  counted('AWS/SNS', name, 'TopicName', 'AWS::SNS::Topic ObjectEvents', value),
]

const many = (count: number, key: string) => Array.from({ length: count }, (_, index) => `${key} ${index}`)

interface Feed {
  /** What makes it fire. */
  readonly bad: (subscriber: string) => Promise<Series[]> | Series[]
  /** What is still well, just below. */
  readonly good: (subscriber: string) => Promise<Series[]> | Series[]
}

const SUBSCRIBER_ALARMS: Readonly<Record<string, Feed>> = {
  AlarmsDeadLetters: {
    bad: () => queue('ApproximateNumberOfMessagesVisible', 'DeadLetters', 1),
    good: () => [
      ...queue('ApproximateNumberOfMessagesVisible', 'DeadLetters', 0),
      ...queue('ApproximateNumberOfMessagesVisible', 'Queue', 1000),
    ],
  },
  AlarmsLag: {
    bad: (name) => emit(name, ['a'], 16 * MINUTE),
    good: (name) => emit(name, ['a'], 14 * MINUTE),
  },
  AlarmsOldestMessage: {
    bad: () => queue('ApproximateAgeOfOldestMessage', 'Queue', 901),
    good: () => queue('ApproximateAgeOfOldestMessage', 'Queue', 900),
  },
  AlarmsOldestRetry: {
    bad: (name) => emit(name, ['fail'], 61 * MINUTE),
    good: (name) => emit(name, ['fail'], 59 * MINUTE),
  },
  AlarmsFailureRate: {
    bad: (name) => emit(name, [...many(17, 'a'), ...many(2, 'fail'), 'give up']),
    good: (name) => emit(name, [...many(16, 'a'), 'skip', 'reject', 'fail', 'give up']),
  },
  AlarmsErrors: { bad: () => fn('Errors', 1), good: () => fn('Errors', 0) },
  AlarmsThrottles: { bad: () => fn('Throttles', 1), good: () => fn('Throttles', 0) },
  AlarmsInFlight: {
    bad: () => queue('ApproximateNumberOfMessagesNotVisible', 'Queue', 80_001),
    good: () => queue('ApproximateNumberOfMessagesNotVisible', 'Queue', 80_000),
  },
}

const HUB_ALARMS: Readonly<Record<string, Feed>> = {
  AlarmsDeliveryFailed: {
    bad: () => topic('NumberOfNotificationsFailed', 1),
    good: () => topic('NumberOfNotificationsFailed', 0),
  },
  AlarmsEventsLost: {
    bad: () => topic('NumberOfNotificationsFailedToRedriveToDlq', 1),
    good: () => topic('NumberOfNotificationsFailedToRedriveToDlq', 0),
  },
  DailyUnheardObjects: { bad: () => emitUnheard(1), good: () => emitUnheard(0) },
  DailyCheckFailed: {
    bad: () => fn('Errors', 1, 'DailyFunction'),
    good: () => fn('Errors', 0, 'DailyFunction'),
  },
}

describe.each(APPS)('of %s', (subscriber) => {
  test('every alarm is fed here', () => {
    expect(alarmsOf(stackOf(subscriber)).map(({ id }) => id)).toEqual(Object.keys(SUBSCRIBER_ALARMS))
  })

  test.each(Object.entries(SUBSCRIBER_ALARMS))(
    '%s fires by what is really counted, and not before',
    async (id, feed) => {
      const alarm = alarmsOf(stackOf(subscriber)).find((one) => one.id === id)

      expect([alarm?.fires(await feed.bad(subscriber)), alarm?.fires(await feed.good(subscriber))]).toEqual([
        true,
        false,
      ])
    },
  )

  test('no alarm is moved by what another subscriber counts', async () => {
    const alarms = alarmsOf(stackOf(subscriber))
    const others = await emit('another', [...many(20, 'fail'), 'give up', 'a'], 10 * 60 * MINUTE)

    expect(alarms.filter((alarm) => alarm.fires(others))).toEqual([])
  })
})

test('every alarm of the hub is fed here', () => {
  expect(alarmsOf('Fanout-dev-Hub').map(({ id }) => id)).toEqual(Object.keys(HUB_ALARMS))
})

test.each(Object.entries(HUB_ALARMS))('%s fires by what is really counted there, and not before', async (id, feed) => {
  const alarm = alarmsOf('Fanout-dev-Hub').find((one) => one.id === id)

  expect([alarm?.fires(await feed.bad('')), alarm?.fires(await feed.good(''))]).toEqual([true, false])
})

test('an alarm without any data is well', () => {
  const alarms = [...templates.keys()].flatMap(alarmsOf)

  expect(alarms.length).toBe(APPS.length * Object.keys(SUBSCRIBER_ALARMS).length + Object.keys(HUB_ALARMS).length)
  expect(alarms.filter((alarm) => alarm.fires([]))).toEqual([])
})

test('every metric of ours that an alarm looks at is one that a function prints', async () => {
  const printed = new Set(
    [...(await Promise.all(APPS.map((name) => emit(name, ['a', 'skip', 'reject', 'fail', 'give up'])))), emitUnheard(0)]
      .flat()
      .map(identityOf),
  )
  const watched = [...templates.keys()].flatMap(alarmsOf).flatMap(({ metrics }) => metrics)

  expect(
    watched
      .filter(({ namespace }) => namespace === 'Fanout')
      .map(identityOf)
      .filter((metric) => !printed.has(metric)),
  ).toEqual([])
})

test('every alarm says in one sentence what it means, and under which heading it is written what to do', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')
  const headings = (page.match(/^###? .*$/gm) ?? []).join(' ')
  const descriptions = [...templates.values()].flatMap((template) =>
    resourcesIn(template, 'AWS::CloudWatch::Alarm').map(({ properties }) => String(properties.AlarmDescription)),
  )

  expect(descriptions.length).toBeGreaterThan(10)
  const named = descriptions.map((text) => /^\S.*\. What to do: docs\/operations\.md, (\w+)\.$/.exec(text)?.[1] ?? text)
  expect(named.filter((id) => !new RegExp(`\\b${id}\\b`).test(headings))).toEqual([])
})

test('the dashboard finds what a new subscriber counts, without an edit', async () => {
  const expressions = searchesOf('Fanout-dev-Hub')
  const ours = await emit('word-count', ['a', 'skip', 'reject', 'fail', 'give up'])
  const named = (namespace: string, dimension: string, value: string, names: string[]): Metric[] =>
    names.map((name) => ({ namespace, name, dimensions: { [dimension]: value } }))
  const metrics: Metric[] = [
    ...ours,
    ...named('AWS/SQS', 'QueueName', 'Fanout-dev-WordCount-DeadLetters-1A2b', ['ApproximateNumberOfMessagesVisible']),
    ...named('AWS/SQS', 'QueueName', 'Fanout-dev-WordCount-Queue-1A2b', [
      'ApproximateNumberOfMessagesVisible',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateAgeOfOldestMessage',
    ]),
    ...named('AWS/Lambda', 'FunctionName', 'Fanout-dev-WordCount-Function-1A2b', [
      'Duration',
      'ConcurrentExecutions',
      'Errors',
      'Throttles',
    ]),
    ...named('AWS/Lambda', 'EventSourceMappingUUID', '1', ['FailedInvokeEventCount', 'DroppedEventCount']),
  ]

  // The count of all dead letters is shown by reason.
  const shown = metrics.filter(({ name, dimensions }) => name !== 'Dead' || 'reason' in dimensions)
  expect(
    shown.filter((metric) => !expressions.some((expression) => findsMetric(expression, metric))).map(identityOf),
  ).toEqual([])
  expect(expressions.filter((expression) => !metrics.some((metric) => findsMetric(expression, metric)))).toEqual([])
})

test('the dashboard shows nothing of another stage', async () => {
  const expressions = searchesOf('Fanout-dev-Hub')
  const foreign: Metric[] = [
    {
      namespace: 'AWS/SQS',
      name: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: 'Fanout-prod-X-DeadLetters-1' },
    },
    { namespace: 'Fanout', name: 'Done', dimensions: { stage: 'prod', subscriber: 'thumbnailer' } },
  ]

  expect(foreign.filter((metric) => expressions.some((expression) => findsMetric(expression, metric)))).toEqual([])
})

function alarmsOf(stack: string): Alarm[] {
  const template = templates.get(stack) ?? { Resources: {} }
  return resourcesIn(template, 'AWS::CloudWatch::Alarm').map((alarm) => readAlarm(alarm, template))
}

function searchesOf(stack: string): string[] {
  const [dashboard] = resourcesIn(templates.get(stack) ?? { Resources: {} }, 'AWS::CloudWatch::Dashboard')
  const Join = z.object({ DashboardBody: z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.unknown())]) }) })
  const [, parts] = Join.parse(dashboard?.properties).DashboardBody['Fn::Join']
  const body = parts.map((part) => (typeof part === 'string' ? part : 'x')).join('')
  return [...JSON.stringify(JSON.parse(body)).matchAll(/"expression":("(?:[^"\\]|\\.)*")/g)].map(([, text = '""']) =>
    z.string().parse(JSON.parse(text)),
  )
}
