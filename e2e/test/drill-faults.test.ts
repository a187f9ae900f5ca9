import { resourcesIn } from '@fanout/infra/testing'
import { expect, test } from 'vitest'
import { TIME_SCALE } from '../src/drill/faults/drill-faults.ts'
import { APPS, stackOf } from '../src/subscriber-stacks.ts'
import { synthesizeTemplates } from '../src/synthesized-templates.ts'

// A batch of which every call is tried three times takes up to 6 s. When its messages came again meanwhile, the second
// receive recorded them, and the drill took that for the record whose write had failed
test('no message of a drill of faults comes again while its function may still be at work', async () => {
  const templates = await synthesizeTemplates('dev')

  const tooSoon = APPS.filter((app) => {
    const template = templates.get(stackOf(app, 'dev')) ?? { Resources: {} }
    const longest = (type: string, property: string) =>
      Math.max(...resourcesIn(template, type).map(({ properties }) => Number(properties[property] ?? 0)))
    const secondsUntilBack = longest('AWS::SQS::Queue', 'VisibilityTimeout') / TIME_SCALE
    return !(secondsUntilBack >= longest('AWS::Lambda::Function', 'Timeout'))
  })

  expect(tooSoon).toEqual([])
}, 120_000)
