import type { Site } from '../api.ts'
import type { PolicyDocument } from '../policies.ts'
import type { ResourceType } from './resource-type.ts'

const role: ResourceType<{ RoleName?: string; Policies?: { PolicyDocument: PolicyDocument }[] }> = {
  acts: 'RoleName Policies',
  keeps: 'AssumeRolePolicyDocument Description MaxSessionDuration Tags',
  name: ({ RoleName: given }, generate) => given ?? generate(64),
  attributes: (name, site) => ({ Arn: roleArn(name, site) }),
  make: ({ Policies: inline = [] }, name, { policies, site, stackName }) => {
    for (const policy of inline) policies.addToRole(stackName, roleArn(name, site), policy.PolicyDocument)
  },
}

const rolePolicy: ResourceType<{ Roles: string[]; PolicyDocument: PolicyDocument }> = {
  acts: 'PolicyName Roles PolicyDocument',
  keeps: '',
  make: ({ Roles: roles, PolicyDocument: document }, _, { policies, site, stackName }) => {
    for (const name of roles) policies.addToRole(stackName, roleArn(name, site), document)
  },
}

function roleArn(name: string, { accountId }: Site): string {
  return `arn:aws:iam::${accountId}:role/${name}`
}

type WithDocument = Record<string, string | string[]> & { PolicyDocument: PolicyDocument }

/** `property` tells the resources by what Ref gives for them. */
function resourcePolicy(
  property: string,
  toArn: (reference: string, site: Site) => string,
): ResourceType<WithDocument> {
  return {
    acts: `${property} PolicyDocument`,
    keeps: '',
    make: ({ [property]: references = [], PolicyDocument: document }, _, { policies, site, stackName }) => {
      for (const one of [references].flat()) policies.setOfResource(stackName, toArn(one, site), document)
    },
  }
}

export const policyTypes = {
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': rolePolicy,
  'AWS::S3::BucketPolicy': resourcePolicy('Bucket', (name) => `arn:aws:s3:::${name}`),
  'AWS::SNS::TopicPolicy': resourcePolicy('Topics', (arn) => arn),
  'AWS::SQS::QueuePolicy': resourcePolicy('Queues', (url, { region, accountId }) => {
    return `arn:aws:sqs:${region}:${accountId}:${url.slice(url.lastIndexOf('/') + 1)}`
  }),
}
