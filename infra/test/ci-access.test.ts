import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { CiAccess } from '../lib/ci-access.ts'
import { createApp } from '../lib/create-app.ts'
import { stageOf } from '../lib/stages.ts'
import { resourcesOf, statementsIn } from './templates.ts'

const prod = { ...stageOf('prod'), ci: { repository: 'acme/files' } as const }
const template = Template.fromStack(new CiAccess(new App(), prod))
const role = (id: string) => {
  const found = resourcesOf(template, 'AWS::IAM::Role').find((one) => one.id === id)
  return {
    trust: statementsIn(found?.properties.AssumeRolePolicyDocument),
    may: statementsIn(found?.properties.Policies),
  }
}

test.each([
  ['DiffRole', 'repo:acme/files:pull_request'],
  ['DeployRole', 'repo:acme/files:environment:prod'],
])('%s trusts GitHub for exactly %s', (id, subject) => {
  expect(role(id).trust).toEqual([
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: { Ref: 'GitHub' } },
      Condition: {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub': subject,
        },
      },
    },
  ])
})

test('a pull request may read the templates of its stage, and nothing else', () => {
  expect(role('DiffRole').may.map(({ Action }) => Action)).toEqual(['cloudformation:GetTemplate'])
  expect(JSON.stringify(role('DiffRole').may[0]?.Resource)).toContain(':stack/Fanout-prod-*/*')
})

test("a deploy may do no more itself than become the roles of CDK's bootstrap", () => {
  const { may } = role('DeployRole')

  expect(may.map(({ Action }) => Action)).toEqual(['cloudformation:GetTemplate', 'ssm:GetParameter', 'sts:AssumeRole'])
  expect(JSON.stringify(may[1]?.Resource)).toContain(':parameter/fanout/prod/hub/topic-arn"')
  expect(JSON.stringify(may[2]?.Resource).match(/cdk-hnb659fds-[a-z-]+-role-/g)).toEqual([
    'cdk-hnb659fds-deploy-role-',
    'cdk-hnb659fds-file-publishing-role-',
  ])
})

test('the account may have the provider already', () => {
  const stage = { ...prod, ci: { ...prod.ci, providerExists: true } }

  const resources = resourcesOf(Template.fromStack(new CiAccess(new App(), stage)))

  expect(resources.map(({ type }) => type)).toEqual(['AWS::IAM::Role', 'AWS::IAM::Role'])
})

test('a stage without a repository lets nobody in', () => {
  expect(() => new CiAccess(new App(), stageOf('dev'))).toThrow("stage dev has no ci: { repository: 'owner/name' }")
})

test('has no finding that nobody has answered', () => {
  const app = createApp()
  new CiAccess(app, prod)

  app.synth()

  expect(process.exitCode).toBeUndefined()
})
