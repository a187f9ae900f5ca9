import { expect, test } from 'vitest'
import { describeStep } from '../../src/local-session/describe-step.ts'

test('says what was built, synthesized, and where it runs', () => {
  expect(describeStep({ type: 'build', subscribers: 3, ms: 2134 })).toBe('  build  3 subscribers    2.1 s')
  expect(describeStep({ type: 'synth', stacks: 1, ms: 12_000 })).toBe('  synth  1 stack         12.0 s')
  expect(describeStep({ type: 'local', endpoint: 'http://127.0.0.1:4566', notices: [] })).toBe(
    '  local  http://127.0.0.1:4566   S3 SNS SQS Lambda DynamoDB, permissions enforced',
  )
})

test('says in a paragraph what has no effect here', () => {
  const notices = Array.from({ length: 12 }, (_, index) => `AWS::S3::Bucket${index} LifecycleConfiguration, Tags`)

  const [, ...lines] = describeStep({ type: 'local', endpoint: 'http://127.0.0.1:4566', notices }).split('\n')

  expect(lines[0]).toMatch(/^ {9}no effect here: S3::Bucket0 LifecycleConfiguration, Tags; S3::Bucket1 /)
  expect(lines.every((line) => line.length <= 120 && line.startsWith('         '))).toBe(true)
  expect(lines.join(' ').split(/[\s;]+/)).toEqual(expect.arrayContaining(['S3::Bucket11', 'Tags']))
})
