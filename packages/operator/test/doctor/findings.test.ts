import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { judgeAlarms } from '../../src/doctor/check-alarms.ts'
import { judgeCapacity } from '../../src/doctor/check-capacity.ts'
import { checkNotification } from '../../src/doctor/check-hub.ts'
import { checkMachine, checkNode } from '../../src/doctor/check-machine.ts'
import { judgeSubscription } from '../../src/doctor/check-subscriptions.ts'
import { publishConnection } from '../../src/stage/connection.ts'

const topic = 'arn:aws:sns:eu-west-1:111111111111:topic'
const created = { TopicArn: topic, Events: ['s3:ObjectCreated:*'] }

test('an older Node is a problem, and the remedy says how to get the right one', () => {
  expect(checkNode('22.12.0')).toMatchObject({ level: 'problem', remedy: expect.stringContaining('pnpm') })
  expect(checkNode('24.21.0').level).toBe('ok')
})

test('what of the templates has no effect in the local cloud that runs is listed', async () => {
  const root = await mkdtemp(join(tmpdir(), 'fanout-doctor-'))
  const notices = ['AWS::S3::Bucket LifecycleConfiguration', 'AWS::CloudWatch::Alarm']
  const keys = { accessKeyId: 'a', secretAccessKey: 's' }
  const place = { endpoint: 'http://127.0.0.1:1', region: 'eu-west-1', stage: 'dev', pid: process.pid }
  await publishConnection(root, { ...place, ...keys, notices })

  const findings = await checkMachine(root)

  expect(findings.filter(({ check }) => check === 'no effect here').map(({ text }) => text)).toEqual([
    'S3::Bucket LifecycleConfiguration',
    'CloudWatch::Alarm',
  ])
})

describe("the uploads bucket's notification", () => {
  test.each([
    ['tells the topic', { TopicConfigurations: [created] }, 'ok'],
    ['tells nobody', {}, 'problem'],
    ['was taken over by somebody', { QueueConfigurations: [{}] }, 'problem'],
    [
      'leaves out what is created',
      { TopicConfigurations: [{ TopicArn: topic, Events: ['s3:ObjectRemoved:*'] }] },
      'problem',
    ],
    ['tells another one, too', { TopicConfigurations: [created, { TopicArn: `${topic}2` }] }, 'warning'],
  ])('that %s', (_, configuration, level) => {
    expect(checkNotification(configuration, topic, 'deploy').level).toBe(level)
  })
})

describe('a subscription', () => {
  const subscriber = { name: 'first', deadLetterQueueUrl: 'https://sqs/1/dead' }
  const redrive = JSON.stringify({ deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:1:dead' })
  const filter = { Records: { eventName: [{ prefix: 'ObjectCreated:' }] } }

  test.each([
    ['hears what its template says', { RedrivePolicy: redrive, FilterPolicy: JSON.stringify(filter) }, filter, 'ok'],
    ['hears everything, as its template says', { RedrivePolicy: redrive }, 'none' as const, 'ok'],
    ['hears more than its template says', { RedrivePolicy: redrive }, filter, 'warning'],
    [
      'hears less than its template says',
      { RedrivePolicy: redrive, FilterPolicy: JSON.stringify(filter) },
      'none' as const,
      'warning',
    ],
    ['has no template to be compared with', { RedrivePolicy: redrive }, undefined, 'ok'],
    ['loses what cannot be delivered', {}, 'none' as const, 'problem'],
  ])('that %s', (_, attributes, expected, level) => {
    expect(judgeSubscription(attributes, subscriber, expected).level).toBe(level)
  })
})

describe('alarms', () => {
  test.each([
    ['that tell somebody', [{ AlarmActions: ['arn'], ActionsEnabled: true }], ['ok']],
    ['that tell nobody', [{ AlarmActions: [] }], ['problem']],
    ['whose actions are off', [{ AlarmActions: ['arn'], ActionsEnabled: false }], ['problem']],
    ['of which one is in alarm', [{ AlarmActions: ['arn'], StateValue: 'ALARM' as const }], ['ok', 'warning']],
    ['that are none', [], ['problem']],
  ])('%s', (_, alarms, levels) => {
    expect(judgeAlarms(alarms).map(({ level }) => level)).toEqual(levels)
  })
})

test('more functions than the account may run are a warning', () => {
  expect(judgeCapacity(30, 1000).level).toBe('ok')
  expect(judgeCapacity(30, 10).level).toBe('warning')
})
