import { expect, test } from 'vitest'
import { stageOf } from '../lib/stages.ts'
import type { Uploader } from '../lib/uploaders.ts'
import { hubTemplate, statementsIn, theOnly } from './templates.ts'

const ROLE = 'arn:aws:iam::222222222222:role/scanner'

test('nobody is let in by the bucket itself unless the stage says so', () => {
  expect(granted([], 'AWS::S3::BucketPolicy')).toEqual([])
})

test.each<[string, Uploader, object]>([
  ['a role', { arn: ROLE }, { Principal: { AWS: ROLE } }],
  [
    'an account',
    { account: '222222222222' },
    { Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::222222222222:root']] } } },
  ],
  [
    'an AWS service that acts for this account',
    { service: 'ses.amazonaws.com' },
    {
      Principal: { Service: 'ses.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    },
  ],
])('%s may put objects and have them encrypted, and no more', (_, uploader, who) => {
  expect(granted([uploader], 'AWS::S3::BucketPolicy')).toEqual([
    {
      Sid: 'Uploader1MayPut',
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:AbortMultipartUpload'],
      Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Uploads', 'Arn'] }, '/*']] },
      ...who,
    },
  ])
  expect(granted([uploader], 'AWS::KMS::Key')).toContainEqual({
    Sid: 'Uploader1MayEncrypt',
    Effect: 'Allow',
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: '*',
    ...who,
  })
})

test('an uploader may be kept to a prefix', () => {
  expect(granted([{ arn: ROLE, prefix: 'scans/' }], 'AWS::S3::BucketPolicy')).toMatchObject([
    { Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Uploads', 'Arn'] }, '/scans/*']] } },
  ])
})

test('refuses an account that is none', () => {
  expect(() => granted([{ account: '2222' }], 'AWS::S3::BucketPolicy')).toThrow('is not an account of 12 digits')
})

function granted(uploaders: readonly Uploader[], type: string) {
  const template = hubTemplate({ ...stageOf('prod'), uploaders })
  return statementsIn(theOnly(template, type).properties).filter(({ Effect }) => Effect === 'Allow')
}
