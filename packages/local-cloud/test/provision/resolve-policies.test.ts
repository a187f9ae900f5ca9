import { expect, test } from 'vitest'
import { resolvePolicies } from '../../src/provision/resolve-policies.ts'
import { writeAssembly } from '../write-assembly.ts'

const place = { accountId: '111111111111', region: 'us-east-1' }

const hub = {
  Resources: {
    Topic: { Type: 'AWS::SNS::Topic' },
    Parameter: {
      Type: 'AWS::SSM::Parameter',
      Properties: { Name: '/hub/topic-arn', Type: 'String', Value: { Ref: 'Topic' } },
    },
  },
}
const worker = {
  Parameters: { TopicArn: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/hub/topic-arn' } },
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue' },
    QueuePolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Queue' }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sqs:SendMessage',
              Principal: { Service: 'sns.amazonaws.com' },
              Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] },
              Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'TopicArn' } } },
            },
          ],
        },
      },
    },
  },
}

test('gives each policy with names in place of references, also of another stack', async () => {
  const { policies } = await resolvePolicies(
    [await writeAssembly('Hub', hub), await writeAssembly('Worker', worker)],
    place,
  )

  const queueArn = expect.stringMatching(/^arn:aws:sqs:us-east-1:111111111111:Worker-Queue-[0-9A-F]{12}$/)
  expect(policies).toEqual([
    {
      stack: 'Worker',
      id: 'QueuePolicy',
      arn: queueArn,
      document: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sqs:SendMessage',
            Principal: { Service: 'sns.amazonaws.com' },
            Resource: queueArn,
            Condition: {
              ArnEquals: {
                'aws:SourceArn': expect.stringMatching(/^arn:aws:sns:us-east-1:111111111111:Hub-Topic-[0-9A-F]{12}$/),
              },
            },
          },
        ],
      },
    },
  ])
})

test('a stack whose hub does not come before it is refused', async () => {
  const assemblies = [await writeAssembly('Worker', worker)]

  await expect(resolvePolicies(assemblies, place)).rejects.toThrow('there is no SSM parameter /hub/topic-arn')
})
