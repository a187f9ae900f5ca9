import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Principal } from '../../src/api.ts'
import { createPermissions } from '../../src/permissions/permissions.ts'
import type { StatementSource } from '../../src/permissions/statement.ts'
import { administrator, createSite } from '../site.ts'

const account = '000000000000'
const roleArn = `arn:aws:iam::${account}:role/worker`
const worker: Principal = { type: 'role', arn: `arn:aws:sts::${account}:assumed-role/worker/f`, roleArn }
const topicArn = `arn:aws:sns:eu-west-1:${account}:events`
const queueArn = `arn:aws:sqs:eu-west-1:${account}:jobs`
const keyArn = `arn:aws:kms:eu-west-1:${account}:key/main`
const topic: Principal = { type: 'service', service: 'sns.amazonaws.com', sourceArn: topicArn }
const send = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queueArn }

/** Permissions with one policy for each ARN. */
function decideBy(policies: Record<string, StatementSource[]>) {
  const site = createSite()
  const permissions = createPermissions(site)
  const all = Object.entries(policies).map(([arn, Statement]) => ({ id: arn, arn, document: { Statement } }))
  permissions.replace('Stack', all)
  return { ...permissions, warnings: site.warnings }
}

const maySend = (principal: Principal, policies: Record<string, StatementSource[]>) =>
  decideBy(policies).allows(principal, 'sqs:SendMessage', queueArn)

interface Verdict {
  principal: 'role' | Principal
  action: string
  resource: string
  identity: StatementSource[]
  resourcePolicy: StatementSource[]
  allowed: boolean
}

test('decides as an independent simulator of IAM did', () => {
  const lines = readFileSync(join(import.meta.dirname, 'verdicts.jsonl'), 'utf8')
    .trim()
    .split('\n')
  const verdicts = lines.map((line): Verdict => JSON.parse(line))

  for (const { principal, action, resource, identity, resourcePolicy, allowed } of verdicts) {
    const owner = resource.startsWith('arn:aws:s3') ? (resource.split('/')[0] ?? '') : resource
    const { allows } = decideBy({ [roleArn]: identity, ...(resourcePolicy.length > 0 && { [owner]: resourcePolicy }) })

    const decided = allows(principal === 'role' ? worker : principal, action, resource)

    expect({ allowed: decided, identity, resourcePolicy, principal, action, resource }).toMatchObject({ allowed })
  }
})

test('decides as IAM is described in two sentences, whatever the statements', () => {
  const effect = fc.constantFrom('Allow', 'Deny')
  const action = fc.subarray(['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:*'], { minLength: 1 })
  const resource = fc.constantFrom(queueArn, topicArn, '*')
  const condition = fc.constantFrom<boolean | undefined>(undefined, true, false)
  const statement = fc.record({ effect, action, resource, condition, isNamed: fc.boolean() })
  const toSource = (one: Drawn, isOfResource: boolean): StatementSource => ({
    Effect: one.effect,
    Action: one.action,
    Resource: one.resource,
    ...(one.condition !== undefined && { Condition: { Bool: { 'aws:SecureTransport': String(one.condition) } } }),
    ...(isOfResource && { Principal: { AWS: one.isNamed ? roleArn : `arn:aws:iam::${account}:role/other` } }),
  })
  /** A matching Deny wins. Otherwise one matching Allow is enough. */
  const reference = (asked: string, ofRole: Drawn[], ofQueue: Drawn[]) => {
    const matches = (one: Drawn) =>
      (one.action.includes(asked) || one.action.includes('sqs:*')) &&
      (one.resource === '*' || one.resource === queueArn) &&
      one.condition !== false
    const matching = [...ofRole.filter(matches), ...ofQueue.filter((one) => one.isNamed && matches(one))]
    return matching.length > 0 && matching.every((one) => one.effect === 'Allow')
  }
  const list = fc.array(statement, { maxLength: 4 })

  fc.assert(
    fc.property(fc.constantFrom('sqs:SendMessage', 'sqs:ReceiveMessage'), list, list, (asked, ofRole, ofQueue) => {
      const { allows } = decideBy({
        [roleArn]: ofRole.map((one) => toSource(one, false)),
        [queueArn]: ofQueue.map((one) => toSource(one, true)),
      })

      expect(allows(worker, asked, queueArn)).toBe(reference(asked, ofRole, ofQueue))
    }),
    { numRuns: 500 },
  )
})

interface Drawn {
  effect: string
  action: string[]
  resource: string
  condition: boolean | undefined
  isNamed: boolean
}

test.each<[string, Partial<StatementSource>]>([
  ['an operator', { Condition: { NumericLessThan: { 'aws:MultiFactorAuthAge': '300' } } }],
  ['a condition key', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }],
  ['a negated condition on such a key', { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } } }],
  ['a set operator', { Condition: { 'ForAllValues:StringEquals': { 'aws:PrincipalAccount': account } } }],
  ['a policy variable', { Resource: 'arn:aws:sqs:eu-west-1:000000000000:${aws:username}' }],
  ['NotPrincipal', { NotPrincipal: { AWS: 'arn:aws:iam::111111111111:root' } }],
])('refuses by %s that it does not know, in an Allow as in a Deny', (_, unknown) => {
  expect(maySend(worker, { [roleArn]: [{ ...send, ...unknown }] })).toBe(false)
  expect(maySend(worker, { [roleArn]: [send, { Effect: 'Deny', Action: '*', Resource: '*', ...unknown }] })).toBe(
    unknown.Resource !== undefined,
  )
})

test('the administrator may do whatever no policy denies', () => {
  const deny = (isSecure: string) => ({
    Effect: 'Deny',
    Principal: '*' as const,
    Action: 'sqs:*',
    Resource: queueArn,
    Condition: { Bool: { 'aws:SecureTransport': isSecure } },
  })

  expect(maySend(administrator, {})).toBe(true)
  expect(maySend(administrator, { [queueArn]: [deny('false')] })).toBe(true)
  expect(maySend(administrator, { [queueArn]: [deny('true')] })).toBe(false)
})

test('a service may only what the policy of the resource allows it, for the source that it names', () => {
  const allow = (source: string) => ({
    ...send,
    Principal: { Service: 'sns.amazonaws.com' },
    Condition: { ArnEquals: { 'aws:SourceArn': source } },
  })

  expect(maySend(topic, { [queueArn]: [allow(topicArn)] })).toBe(true)
  expect(maySend(topic, { [queueArn]: [allow(`${topicArn}-other`)] })).toBe(false)
  expect(maySend(topic, {})).toBe(false)
  expect(maySend(worker, { [queueArn]: [allow(topicArn)] })).toBe(false)
})

test('an encrypted queue asks for its key as well, and the key must leave the decision to the account', () => {
  const use = { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: keyArn }
  const ofAccount = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'kms:*',
    Resource: '*',
  }
  const may = (policies: Record<string, StatementSource[]>, key = 'main') => {
    const { allows, encrypt } = decideBy(policies)
    encrypt(queueArn, key)
    return allows(worker, 'sqs:SendMessage', queueArn)
  }

  expect(may({ [roleArn]: [send, use], [keyArn]: [ofAccount] })).toBe(true)
  expect(may({ [roleArn]: [send], [keyArn]: [ofAccount] })).toBe(false)
  expect(may({ [roleArn]: [send, use], [keyArn]: [] })).toBe(false)
  expect(may({ [roleArn]: [send] }, 'alias/aws/sqs')).toBe(true)
})

test('says once who may not do what, with the statement that is missing', () => {
  const { allows, warnings, report } = decideBy({})
  const objects = 'arn:aws:s3:::uploads/a'

  for (const key of ['1', '2', '3']) allows(worker, 's3:GetObject', objects + key)
  allows(topic, 'sqs:SendMessage', queueArn)

  expect(warnings).toEqual([
    `${roleArn} may not s3:GetObject on ${objects}1: its policies lack ` +
      '{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::uploads/*"}',
    `sns.amazonaws.com may not sqs:SendMessage on ${queueArn}: the resource's policy lacks ` +
      `{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"${queueArn}",` +
      `"Principal":{"Service":"sns.amazonaws.com"},"Condition":{"ArnEquals":{"aws:SourceArn":"${topicArn}"}}}`,
  ])
  expect(report().denied).toEqual([
    { principal: roleArn, action: 's3:GetObject', resource: `${objects}1` },
    { principal: 'sns.amazonaws.com', action: 'sqs:SendMessage', resource: queueArn },
  ])
})

test('says it once while further stacks come', () => {
  const { allows, replace, warnings } = decideBy({})
  allows(worker, 'sqs:SendMessage', queueArn)

  replace('Other', [])
  allows(worker, 'sqs:SendMessage', queueArn)

  expect(warnings).toHaveLength(1)
})

test('says it again when policies were changed and it is still refused', () => {
  const { allows, replace, warnings, report } = decideBy({})
  allows(worker, 'sqs:SendMessage', queueArn)

  replace('Stack', [])
  allows(worker, 'sqs:SendMessage', queueArn)

  expect([warnings.length, report().denied.length]).toEqual([2, 1])
})

test('reports which actions of each policy were used, also after its stack was changed', () => {
  const statements = [{ ...send, Action: ['sqs:SendMessage', 'sqs:ReceiveMessage'] }]
  const { allows, replace, report } = decideBy({ [roleArn]: statements, [queueArn]: [] })
  allows(worker, 'sqs:SendMessage', queueArn)

  replace('Stack', [{ id: 'Role', arn: roleArn, document: { Statement: statements } }])

  const used = [`Allow sqs:SendMessage on ${queueArn}`]
  expect(report()).toEqual({
    roles: [{ role: roleArn, used, unused: [`Allow sqs:ReceiveMessage on ${queueArn}`] }],
    resources: [],
    denied: [],
  })
})

test('keeps the old policies when a stack brings a second one for a resource', () => {
  const { allows, replace } = decideBy({ [roleArn]: [send], [queueArn]: [] })
  const second = { id: 'Again', arn: queueArn, document: { Statement: [] } }

  expect(() => replace('Other', [second])).toThrow(`Other Again: ${queueArn} has a policy already`)
  expect(allows(worker, 'sqs:SendMessage', queueArn)).toBe(true)
})
