import { buildNotification } from '@fanout/event-parsing/testing'
import { createHandler, done, PermanentError, rejected, skipped, type Job } from '@fanout/handler'
import { buildLambdaContext, buildSqsEvent, createMemoryQueue, testEnvironment } from '@fanout/handler/testing'
import { resourcesIn, valueAt, type TemplateJson } from '@fanout/infra/testing'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { APPS, stackOf } from '../src/subscriber-stacks.ts'
import { synthesizeTemplates } from '../src/synthesized-templates.ts'

let templates: Map<string, TemplateJson>
beforeAll(async () => {
  templates = await synthesizeTemplates('dev')
}, 180_000)

const OUTCOMES = ['done', 'skipped', 'rejected', 'retry', 'dead']

/** One event of each outcome, by the first word of its key. */
const job: Job = async ({ key }) => {
  const [outcome = ''] = key.split(' ')
  switch (outcome) {
    case 'skipped':
      return skipped('not for us')
    case 'rejected':
      return rejected('hostile')
    case 'retry':
      throw new Error('throttled')
    case 'dead':
      throw new PermanentError('foreign bucket')
    default:
      return done()
  }
}

/** What a function logs about them, as Logs Insights reads it: fields by their names. */
async function logLines(): Promise<Record<string, unknown>[]> {
  const printed: string[] = []
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => printed.push(String(chunk)) > 0)
  }
  const handler = createHandler(job, {
    env: { ...testEnvironment(), MAX_ATTEMPTS: 9, RECORDS_IN_FLIGHT: 10 },
    queue: createMemoryQueue(),
    writeDelivery: undefined,
    writeLine: () => {},
  })
  await handler(
    buildSqsEvent(OUTCOMES.map((outcome) => buildNotification({ key: `${outcome} 1` }))),
    buildLambdaContext(),
  )
  vi.restoreAllMocks()
  return printed
    .flatMap((text) => text.split('\n').filter(Boolean))
    .map((line) => z.looseObject({}).parse(JSON.parse(line)))
}

describe.each(APPS)('of %s', (app) => {
  const queries = () => resourcesIn(templates.get(stackOf(app)) ?? { Resources: {} }, 'AWS::Logs::QueryDefinition')

  test('there are questions about failures, one object and slow events, of its own log group', () => {
    expect(queries().map(({ properties }) => properties.Name)).toEqual(
      ['Failures', 'FailuresByReason', 'OneObject', 'Slowest'].map((name) => `Fanout/dev/${app}/${name}`),
    )
    expect(queries().map((query) => valueAt(query, 'LogGroupNames'))).toEqual(queries().map(() => [{ Ref: 'Logs' }]))
  })

  test('they ask for nothing that a function does not log', async () => {
    const logged = new Set((await logLines()).flatMap((line) => Object.keys(line)))

    const asked = new Set(queries().flatMap(({ properties }) => fieldsIn(String(properties.QueryString))))
    expect(asked.size).toBeGreaterThan(6)
    expect([...asked].filter((field) => !logged.has(field))).toEqual([])
  })
})

test('what the questions about failures let through is every failure, and nothing else', async () => {
  const levels = new Map((await logLines()).map(({ message, level }) => [message, level]))

  expect(OUTCOMES.filter((outcome) => ['WARN', 'ERROR'].includes(String(levels.get(outcome))))).toEqual([
    'rejected',
    'retry',
    'dead',
  ])
})

/** Those of the log, without Insights' own (`@timestamp`) and those that the query makes. */
function fieldsIn(query: string): string[] {
  const made = [...query.matchAll(/ as (\w+)/g)].map(([, name]) => name)
  const words = query
    .replaceAll(/"[^"]*"/g, '')
    .split('\n| ')
    .flatMap((line) => [...line.matchAll(/(?<![@\w])[A-Za-z]\w*(?!\w|\()/g)].map(([word]) => word))
  return words.filter((word) => !INSIGHTS_WORDS.includes(word) && !made.includes(word))
}

const INSIGHTS_WORDS = ['fields', 'filter', 'sort', 'stats', 'limit', 'by', 'as', 'in', 'desc', 'asc']
