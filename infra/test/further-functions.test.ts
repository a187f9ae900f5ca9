import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import type { SubscriberDefinition } from '../lib/define-subscriber.ts'
import { stageOf } from '../lib/stages.ts'
import { addSubscriber, DEMANDING, resourcesOf } from './templates.ts'

const template = templateOf({
  ...DEMANDING,
  functions: { nightly: { events: ['expired'], memoryMb: 1024, environment: { DEPTH: '2' } } },
})

test('each further handler file gets a queue and a function of its own, under its own name', () => {
  expect(idsOf(template, 'AWS::SQS::Queue')).toEqual(['DeadLetters', 'Queue', 'NightlyDeadLetters', 'NightlyQueue'])
  expect(find('NightlyFunction')?.Handler).toBe('nightly.handler')
  expect(find('NightlyMapping')).toMatchObject({
    EventSourceArn: { 'Fn::GetAtt': ['NightlyQueue', 'Arn'] },
    FunctionName: { Ref: 'NightlyFunction' },
  })
  expect(find('NightlyRegistration')?.Name).toBe('/fanout/dev/subscribers/word-count-nightly')
})

test('a further function runs with the settings of the first, except where infra.ts says otherwise', () => {
  expect(find('NightlyFunction')).toMatchObject({ MemorySize: 1024, Timeout: 30 })
  expect(find('NightlySubscription')?.FilterPolicy).toEqual({
    Records: {
      eventName: [{ prefix: 'LifecycleExpiration:' }],
      s3: { object: { key: [{ prefix: 'my+photos/' }] } },
    },
  })
  expect(find('NightlyFunction')?.Environment).toMatchObject({
    Variables: { SIZES: '1,2', DEPTH: '2', SUBSCRIBER: 'word-count-nightly', QUEUE_URL: { Ref: 'NightlyQueue' } },
  })
})

test('a further function may use the tables and buckets of its app, and no queue but its own', () => {
  const role = JSON.stringify(find('NightlyRole'))

  expect(find('NightlyFunction')?.Environment).toMatchObject({ Variables: { WORDS_TABLE: { Ref: 'Words' } } })
  expect(role).toContain('{"Fn::GetAtt":["Words","Arn"]}')
  expect(role).not.toMatch(/"(Queue|DeadLetters|Logs)"/)
})

test('the ids of the first function do not change when a second one comes', () => {
  expect(idsOf(template)).toEqual(expect.arrayContaining(idsOf(templateOf(DEMANDING, []))))
})

test('a further handler file needs nothing in infra.ts', () => {
  expect(idsOf(templateOf(DEMANDING), 'AWS::Lambda::Function')).toEqual(['Function', 'NightlyFunction'])
})

function templateOf(definition: SubscriberDefinition, furtherFunctions = ['nightly']): Template {
  return Template.fromStack(addSubscriber(new App(), stageOf('dev'), definition, 'word-count', furtherFunctions))
}

function idsOf(from: Template, type?: string): string[] {
  return resourcesOf(from, type).map(({ id }) => id)
}

function find(id: string): Readonly<Record<string, unknown>> | undefined {
  return resourcesOf(template).find((resource) => resource.id === id)?.properties
}
