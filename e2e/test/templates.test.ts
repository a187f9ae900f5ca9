import { PROMISES, resourcesIn, type TemplateJson } from '@fanout/infra/testing'
import { stageOf } from '@fanout/infra/stages'
import { beforeAll, describe, expect, test } from 'vitest'
import { APPS, stackOf } from '../src/subscriber-stacks.ts'
import { synthesizeTemplates } from '../src/synthesized-templates.ts'

/** Whoever renames one of these makes a new, empty resource, and leaves what the old one holds behind. */
const STATEFUL = {
  Hub: ['Uploads', 'Deliveries', 'ObjectEvents'],
  AuditLogger: ['Audit', 'Queue', 'DeadLetters'],
  MetadataIndexer: ['Index', 'Queue', 'DeadLetters'],
  Thumbnailer: ['Thumbnails', 'Queue', 'DeadLetters'],
}

describe.each(['dev', 'prod'])('what is deployed as %s', (name) => {
  const stage = stageOf(name)
  let templates: Map<string, TemplateJson>
  beforeAll(async () => {
    templates = await synthesizeTemplates(name)
  }, 180_000)

  test('is one stack for the hub, and one for each app', () => {
    expect([...templates.keys()].toSorted()).toEqual(
      [`Fanout-${name}-Hub`, ...APPS.map((app) => stackOf(app, name))].toSorted(),
    )
  })

  test.each(Object.entries(PROMISES))('%s', (_, check) => {
    expect(
      [...templates].flatMap(([stack, template]) => check(template, stage).map((problem) => `${stack}: ${problem}`)),
    ).toEqual([])
  })

  test('the logical ids of what holds data are pinned', () => {
    const types = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::KMS::Key', 'AWS::SNS::Topic']
    const ids = Object.keys(STATEFUL).map((stack) => {
      const template = templates.get(`Fanout-${name}-${stack}`) ?? { Resources: {} }
      return [
        stack,
        resourcesIn(template, ...types)
          .map(({ id }) => id)
          .filter((id) => id !== 'AlarmsTopic')
          .toSorted(),
      ]
    })

    const key = stage.customerKey ? ['Key'] : []
    expect(Object.fromEntries(ids)).toEqual(
      Object.fromEntries(
        Object.entries(STATEFUL).map(([stack, pinned]) => [
          stack,
          [...pinned, ...(stack === 'Hub' ? key : [])].toSorted(),
        ]),
      ),
    )
  })
})
