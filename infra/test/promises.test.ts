import { describe, expect, test } from 'vitest'
import { resourcesOf, STAGES, statementsIn, templatesOf } from './templates.ts'

/** What holds for every template of a stage, whatever is in it. */
describe.each(STAGES)('in $name', (stage) => {
  const templates = templatesOf(stage)
  const all = (type?: string) => templates.flatMap((template) => resourcesOf(template, type))
  const statements = () => all().flatMap(({ properties }) => statementsIn(properties))

  test.each([
    ['topic', 'AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'Topics'],
    ['queue', 'AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'Queues'],
    ['bucket', 'AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'Bucket'],
  ])('each %s has exactly one policy', (_, type, policyType, target) => {
    const ids = (resources: ReturnType<typeof all>) =>
      resources.map(({ id }) => JSON.stringify({ Ref: id })).toSorted(compare)
    const covered = all(policyType).flatMap(({ properties }) =>
      [properties[target]].flat().map((ref) => JSON.stringify(ref)),
    )

    expect(covered.toSorted(compare)).toEqual(ids(all(type)))
  })

  test('each policy of a topic, queue or bucket refuses requests without TLS', () => {
    const policies = all().filter(({ type }) => /::(Topic|Queue|Bucket)Policy$/.test(type))

    expect(policies.length).toBeGreaterThan(0)
    for (const { id, properties } of policies) {
      const deny = statementsIn(properties).find(({ Effect }) => Effect === 'Deny')
      expect([id, deny?.Condition]).toEqual([id, { Bool: { 'aws:SecureTransport': 'false' } }])
    }
  })

  test('no action is allowed by a wildcard, but to the account for its own key', () => {
    const wild = statements().filter(
      ({ Effect, Action }) => Effect === 'Allow' && [Action].flat().some((name) => name.includes('*')),
    )

    expect(wild.map(({ Action }) => Action)).toEqual(stage.customerKey ? ['kms:*'] : [])
  })

  test('no resource is allowed by a wildcard, but objects of a named bucket and a key in its own policy', () => {
    const unnamed = statements().filter(({ Effect, Action, Resource }) => {
      const resource = JSON.stringify(Resource) ?? ''
      if (Effect !== 'Allow' || !resource.includes('*')) return false
      const actions = [Action].flat()
      const objects = actions.every((action) => /^s3:\w+Object/.test(action)) && resource.endsWith('"/*"]]}')
      return !objects && !(Resource === '*' && actions.every((action) => action.startsWith('kms:')))
    })

    expect(unnamed).toEqual([])
  })

  test('no subscriber may write to the uploads bucket', () => {
    const onUploads = statements().filter(
      ({ Effect, Resource }) => Effect === 'Allow' && JSON.stringify(Resource)?.includes('HubUploadsBucket'),
    )

    expect(new Set(onUploads.flatMap(({ Action }) => Action))).toEqual(
      new Set(['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket']),
    )
  })

  test('every bucket blocks all public access', () => {
    for (const { properties } of all('AWS::S3::Bucket')) {
      expect(properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      })
    }
  })

  test('every bucket forgets abandoned multipart uploads', () => {
    for (const { properties } of all('AWS::S3::Bucket')) {
      expect(JSON.stringify(properties.LifecycleConfiguration)).toContain(
        '"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":7}',
      )
    }
  })

  test('everything that holds data is encrypted, with the customer key in stages that ask for one', () => {
    for (const { id, type, properties } of all().filter(({ type: kind }) => HOLDS_DATA.includes(kind))) {
      expect([id, encryptionOf(type, properties)]).toEqual([id, stage.customerKey ? 'customer key' : 'service key'])
    }
  })

  test('every table can be restored to any second of the last weeks', () => {
    for (const { properties } of all('AWS::DynamoDB::Table')) {
      expect(properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true })
    }
  })

  test('buckets and tables are kept when their stack goes, in stages that ask for it', () => {
    for (const { id, deletionPolicy } of [...all('AWS::S3::Bucket'), ...all('AWS::DynamoDB::Table')]) {
      expect([id, deletionPolicy]).toEqual([id, stage.name === 'prod' ? 'Retain' : 'Delete'])
    }
  })

  test('every function is ours: no custom resource, and no code but the bundle', () => {
    expect(all().filter(({ type }) => /^Custom::|CustomResource/.test(type))).toEqual([])
    expect(all('AWS::Lambda::Function').map(({ id }) => id)).toEqual(['Function', 'Function'])
  })

  test('no stack exports to or imports from another', () => {
    expect(JSON.stringify(templates.map((template) => template.toJSON()))).not.toMatch(
      /Fn::ImportValue|Fn::GetStackOutput|"Export"/,
    )
  })

  test('no template names an account or a region', () => {
    expect(JSON.stringify(templates.map((template) => template.toJSON()))).not.toMatch(
      /\b\d{12}\b|\b[a-z]{2}-[a-z]+-\d\b/,
    )
  })
})

const HOLDS_DATA = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::SQS::Queue']

function encryptionOf(type: string, properties: Readonly<Record<string, unknown>>): string {
  const settings = JSON.stringify([properties.BucketEncryption, properties.SSESpecification, properties.KmsMasterKeyId])
  if (/"(Ref|Fn::GetAtt)":(\["Key"|"HubKeyArn")/.test(settings)) return 'customer key'
  // DynamoDB encrypts with a key of its own unless told otherwise.
  const byService =
    type === 'AWS::DynamoDB::Table' || settings.includes('AES256') || properties.SqsManagedSseEnabled === true
  return byService ? 'service key' : 'none'
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1
}
