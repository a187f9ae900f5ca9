import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { APPS, stackOf } from '../src/subscriber-stacks.ts'

const main = join(import.meta.dirname, '../../packages/operator/src/main.ts')

const Statement = z.looseObject({ Effect: z.string() })
const Policies = z.object({
  stage: z.string(),
  account: z.string(),
  region: z.string(),
  policies: z.array(
    z.object({
      stack: z.string(),
      id: z.string(),
      arn: z.string(),
      document: z.object({ Version: z.literal('2012-10-17').optional(), Statement: z.array(Statement) }),
    }),
  ),
})

let printed = ''
let document: z.infer<typeof Policies>
beforeAll(async () => {
  printed = await runPolicies('prod', '--account', '111111111111', '--region', 'us-east-1')
  document = Policies.parse(JSON.parse(printed))
}, 180_000)

test('prints every policy of the stage: of each role, topic, queue, bucket and key', () => {
  const ids = document.policies.filter(({ stack }) => stack === stackOf('thumbnailer', 'prod')).map(({ id }) => id)

  expect(ids.toSorted()).toEqual(['DeadLettersPolicy', 'QueuePolicy', 'Role', 'ThumbnailsPolicy'])
  const hub = document.policies.filter(({ stack }) => stack === 'Fanout-prod-Hub').map(({ id }) => id)
  expect(hub.toSorted()).toEqual([
    'AlarmsTopicPolicy',
    'DailyRole',
    expect.stringMatching(/^DailyRuleAllowEventRule/),
    'Key',
    'ObjectEventsPolicy',
    'UploadsPolicy',
  ])
  expect(new Set(document.policies.map(({ stack }) => stack))).toEqual(
    new Set(['Fanout-prod-Hub', ...APPS.map((app) => stackOf(app, 'prod'))]),
  )
})

test('with names, and not one reference', () => {
  expect(printed).not.toMatch(/"Ref"|Fn::|AWS::/)
  expect(document).toMatchObject({ stage: 'prod', account: '111111111111', region: 'us-east-1' })
  expect(document.policies.filter(({ arn }) => !arn.startsWith('arn:aws:')).map(({ id }) => id)).toEqual([])
})

test('the topic is what the tutorial calls sns-access-policy.json, bound to the bucket and the account', () => {
  expect(allowedBy('ObjectEventsPolicy')).toMatchObject([
    {
      Action: 'sns:Publish',
      Principal: { Service: 's3.amazonaws.com' },
      Condition: {
        ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::fanout-prod-uploads-111111111111-us-east-1-an' },
        StringEquals: { 'aws:SourceAccount': '111111111111' },
      },
    },
  ])
})

test('each queue is what the tutorial calls sqs-access-policy.json, bound to the topic', () => {
  expect(allowedBy('QueuePolicy', stackOf('thumbnailer', 'prod'))).toMatchObject([
    {
      Action: 'sqs:SendMessage',
      Principal: { Service: 'sns.amazonaws.com' },
      Condition: {
        ArnEquals: {
          'aws:SourceArn': expect.stringMatching(/^arn:aws:sns:us-east-1:111111111111:Fanout-prod-Hub-ObjectEvents-/),
        },
      },
    },
  ])
})

function allowedBy(id: string, stack = 'Fanout-prod-Hub') {
  const policy = document.policies.find((one) => one.id === id && one.stack === stack)
  return policy?.document.Statement.filter(({ Effect }) => Effect === 'Allow')
}

async function runPolicies(stage: string, ...options: string[]): Promise<string> {
  const child = spawn(process.execPath, [main, 'policies', '--json', ...options], {
    env: { ...process.env, STAGE: stage },
  })
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (output === '') throw new Error(errors)
  return output
}

test('the page that maps the tutorial names functions and files that are there', () => {
  const root = join(import.meta.dirname, '../..')
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  const named = [...page.matchAll(/`(\w+)` in `(infra\/lib\/[\w-]+\.ts)`/g)]

  expect(named.length).toBeGreaterThan(6)
  const missing = named.filter(([, name = '', file = '']) => {
    const source = readFileSync(join(root, file), 'utf8')
    return !source.includes(`function ${name}(`) && !source.includes(`readonly ${name}:`)
  })
  expect(missing.map(([text]) => text)).toEqual([])
})
