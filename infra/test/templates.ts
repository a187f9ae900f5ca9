import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import type { SubscriberDefinition } from '../lib/define-subscriber.ts'
import { Duration } from '../lib/index.ts'
import { ObjectEventHub } from '../lib/object-event-hub.ts'
import { type Stage, stageOf } from '../lib/stages.ts'
import { Subscriber } from '../lib/subscriber.ts'
import { type Resource, resourcesIn, type TemplateJson } from '../lib/testing/index.ts'

export { statementsIn } from '../lib/testing/index.ts'

/** The stages that come with the project: without and with a customer key. */
export const STAGES = [stageOf('dev'), stageOf('prod')]

/** A subscriber that uses everything a subscriber can ask for. */
export const DEMANDING: SubscriberDefinition = {
  events: ['created', 'removed'],
  prefix: 'my photos/',
  memoryMb: 512,
  timeout: Duration.seconds(30),
  batchSize: 100,
  batchWindow: Duration.seconds(5),
  readsUploads: true,
  environment: { SIZES: '1,2' },
  resources: (own) => {
    own.addBucket('Pages', { env: 'PAGES_BUCKET', actions: ['s3:PutObject'], list: true })
    own.addTable('Words', { env: 'WORDS_TABLE', partitionKey: 'word', sortKey: 'at', actions: ['dynamodb:PutItem'] })
  },
}

/** A subscriber that asks for nothing. */
export const MODEST: SubscriberDefinition = { memoryMb: 256, timeout: Duration.seconds(30) }

export function addHub(app: App, stage: Stage): ObjectEventHub {
  return new ObjectEventHub(app, stage, join(import.meta.dirname, 'fixtures/function'))
}

export function addSubscriber(
  app: App,
  stage: Stage,
  definition: SubscriberDefinition,
  name = 'word-count',
  furtherFunctions: readonly string[] = [],
): Subscriber {
  const code = join(import.meta.dirname, 'fixtures/function')
  return new Subscriber(app, stage, { name, code, furtherFunctions, definition })
}

export const hubTemplate = (stage: Stage) => Template.fromStack(addHub(new App(), stage))

export const subscriberTemplate = (stage: Stage, definition: SubscriberDefinition = DEMANDING) =>
  Template.fromStack(addSubscriber(new App(), stage, definition))

/** Every template of a stage. */
export const templatesOf = (stage: Stage) => [
  hubTemplate(stage),
  subscriberTemplate(stage),
  subscriberTemplate(stage, MODEST),
  Template.fromStack(addSubscriber(new App(), stage, DEMANDING, 'two-counts', ['second'])),
]

/** As it is deployed. */
export const toJson = (template: Template): TemplateJson => ({ Resources: {}, ...template.toJSON() })

/** The resources of a template, all or those of one type. */
export const resourcesOf = (template: Template, type?: string): Resource[] =>
  resourcesIn(toJson(template), ...(type === undefined ? [] : [type]))

/** The only resource of a type. */
export function theOnly(template: Template, type: string): Resource {
  const [resource, ...others] = resourcesOf(template, type)
  if (!resource || others.length > 0) throw new Error(`${others.length + (resource ? 1 : 0)} resources of type ${type}`)
  return resource
}
