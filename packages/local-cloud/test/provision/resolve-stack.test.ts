import { expect, test } from 'vitest'
import type { Template } from '../../src/provision/assembly.ts'
import { resolveStack } from '../../src/provision/resolve-stack.ts'
import { createSite } from '../site.ts'

const site = createSite({ endpoint: 'http://127.0.0.1:4566' })

function resolve(template: Template, parameters: Record<string, string> = {}) {
  const assembly = { stackName: 'Fanout-dev-Hub', template, assets: new Map<string, string>() }
  return resolveStack(assembly, site, (name) => parameters[name])
}

/** The value of an SSM parameter that the template makes of `value`. */
function evaluate(value: unknown, template: Partial<Template> = {}) {
  const Result = { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value } }
  const resources = resolve(
    { ...template, Resources: { ...template.Resources, Result } },
    { '/hub/topic': 'arn:topic' },
  )
  return resources.find(({ id }) => id === 'Result')?.properties['Value']
}

const Queue = { Type: 'AWS::SQS::Queue' }

test.each([
  ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
  ['Ref of a queue', { Ref: 'Queue' }, /^http:\/\/127\.0\.0\.1:4566\/000000000000\/Fanout-dev-Hub-Queue-[0-9A-F]{12}$/],
  ['Fn::GetAtt', { 'Fn::GetAtt': ['Queue', 'Arn'] }, /^arn:aws:sqs:eu-west-1:000000000000:Fanout-dev-Hub-Queue-/],
  ['Fn::GetAtt in one text', { 'Fn::GetAtt': 'Queue.QueueName' }, /^Fanout-dev-Hub-Queue-/],
  ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::AccountId' }]] }, 'a-000000000000'],
  [
    'Fn::Sub',
    { 'Fn::Sub': 'x ${AWS::Partition} ${!Literal} ${Queue.QueueName}' },
    /^x aws \${Literal} Fanout-dev-Hub-Queue-/,
  ],
  ['Fn::Sub with variables', { 'Fn::Sub': ['${A}/${AWS::Region}', { A: { Ref: 'AWS::Partition' } }] }, 'aws/eu-west-1'],
  ['Fn::Select and Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
  ['Fn::If', { 'Fn::If': ['IsLocal', 'yes', 'no'] }, 'yes'],
  ['Fn::If with a negated condition', { 'Fn::If': ['IsElsewhere', 'yes', 'no'] }, 'no'],
  ['Fn::If with and, or', { 'Fn::If': ['IsBoth', 'yes', 'no'] }, 'yes'],
  ['a parameter', { Ref: 'Colour' }, 'green'],
  ['an SSM parameter', { Ref: 'Topic' }, 'arn:topic'],
])('resolves %s', (_, value, expected) => {
  const result = evaluate(value, {
    Resources: { Queue },
    Parameters: {
      Colour: { Type: 'String', Default: 'green' },
      Topic: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/hub/topic' },
    },
    Conditions: {
      IsLocal: { 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, '000000000000'] },
      IsElsewhere: { 'Fn::Not': [{ Condition: 'IsLocal' }] },
      IsBoth: {
        'Fn::And': [{ Condition: 'IsLocal' }, { 'Fn::Or': [{ Condition: 'IsElsewhere' }, { Condition: 'IsLocal' }] }],
      },
    },
  })

  expect(result).toMatch(expected)
})

test('leaves out what is AWS::NoValue, and resources whose condition does not hold', () => {
  const resources = resolve({
    Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
    Resources: {
      Queue: { ...Queue, Properties: { VisibilityTimeout: { 'Fn::If': ['Never', 5, { Ref: 'AWS::NoValue' }] } } },
      Other: { ...Queue, Condition: 'Never' },
    },
  })

  expect(resources.map(({ id, properties }) => [id, properties])).toEqual([['Queue', {}]])
})

test('puts each resource after those that it refers to or depends on', () => {
  const resources = resolve({
    Resources: {
      Queue: { ...Queue, Properties: { RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] } } } },
      Dead: { ...Queue, DependsOn: ['First'] },
      First: Queue,
    },
  })

  expect(resources.map(({ id }) => id)).toEqual(['First', 'Dead', 'Queue'])
})

test('gives resources the names that CloudFormation would, the same at each start', () => {
  const template: Template = {
    Resources: {
      Bucket: { Type: 'AWS::S3::Bucket' },
      Uploads: {
        Type: 'AWS::S3::Bucket',
        Properties: { BucketNamePrefix: 'uploads', BucketNamespace: 'account-regional' },
      },
      Named: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'my-bucket' } },
      [`Role${'x'.repeat(80)}`]: { Type: 'AWS::IAM::Role' },
    },
  }

  const names = resolve(template).map(({ name }) => name)

  expect(names).toEqual([
    expect.stringMatching(/^fanout-dev-hub-bucket-[0-9a-f]{12}$/),
    'uploads-000000000000-eu-west-1-an',
    'my-bucket',
    expect.stringMatching(/^Fanout-dev-Hub-Rolex+-[0-9A-F]{12}$/),
  ])
  expect(names[3]).toHaveLength(64)
  expect(resolve(template).map(({ name }) => name)).toEqual(names)
})

test.each([
  ['a type', { Type: 'AWS::Kinesis::Stream' }, 'AWS::Kinesis::Stream is not modelled'],
  [
    'a property',
    { ...Queue, Properties: { FifoQueue: true } },
    'property FifoQueue of AWS::SQS::Queue is not modelled',
  ],
  [
    'a function',
    { ...Queue, Properties: { QueueName: { 'Fn::ImportValue': 'x' } } },
    'Fn::ImportValue is not modelled',
  ],
  [
    'an attribute',
    { ...Queue, Properties: { QueueName: { 'Fn::GetAtt': ['Topic', 'Colour'] } } },
    'attribute Colour of AWS::SNS::Topic is not modelled',
  ],
  ['a reference', { ...Queue, Properties: { QueueName: { Ref: 'Nobody' } } }, 'there is no resource Nobody'],
  ['a circle', { ...Queue, Properties: { QueueName: { Ref: 'Odd' } } }, 'circular dependency Odd -> Odd'],
  [
    'a missing SSM parameter',
    { ...Queue, Properties: { QueueName: { Ref: 'Absent' } } },
    'there is no SSM parameter /absent: its stack comes first',
  ],
])('refuses %s that it does not know, naming stack and logical id', (_, Odd, message) => {
  const Parameters = { Absent: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/absent' } }

  const resolving = () => resolve({ Parameters, Resources: { Topic: { Type: 'AWS::SNS::Topic' }, Odd } })

  expect(resolving).toThrow(`Fanout-dev-Hub Odd: ${message}`)
})
