import { expect, test } from 'vitest'
import { describeStep } from '../../src/local-session/describe-step.ts'

test('says what was built, synthesized, and where it runs', () => {
  expect(describeStep({ type: 'build', subscribers: 3, ms: 2134 })).toBe('  build  3 subscribers    2.1 s')
  expect(describeStep({ type: 'synth', stacks: 1, ms: 12_000 })).toBe('  synth  1 stack         12.0 s')
  expect(describeStep({ type: 'local', endpoint: 'http://127.0.0.1:4566', notices: [] })).toBe(
    '  local  http://127.0.0.1:4566   S3 SNS SQS Lambda DynamoDB, permissions enforced',
  )
})

test('says in one line where to see what has no effect here', () => {
  const notices = ['AWS::S3::Bucket LifecycleConfiguration', 'AWS::CloudWatch::Alarm']

  const [, ...lines] = describeStep({ type: 'local', endpoint: 'http://127.0.0.1:4566', notices }).split('\n')

  expect(lines).toEqual(['         what of the templates has no effect here: pnpm fanout doctor'])
})
