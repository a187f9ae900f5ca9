import { functionTypes } from './function-types.ts'
import { messagingTypes } from './messaging-types.ts'
import { policyTypes } from './policy-types.ts'
import type { ResourceType } from './resource-type.ts'
import { storageTypes } from './storage-types.ts'

/** A type that other resources may refer to, and that changes nothing here. */
function kept(service: string, path: string): ResourceType {
  const arn: ResourceType['attributes'] = (name, { region, accountId }) => ({
    Arn: `arn:aws:${service}:${region}:${accountId}:${path}${name}`,
  })
  return { acts: '', keeps: '*', attributes: arn }
}

/** Every CloudFormation type that a template may have. */
export const resourceTypes: Record<string, ResourceType> = {
  ...storageTypes,
  ...messagingTypes,
  ...functionTypes,
  ...policyTypes,
  'AWS::CDK::Metadata': kept('cdk', ''),
  'AWS::CloudWatch::Alarm': kept('cloudwatch', 'alarm:'),
  'AWS::CloudWatch::Dashboard': kept('cloudwatch', 'dashboard/'),
  'AWS::KMS::Alias': kept('kms', 'alias/'),
  'AWS::KMS::Key': kept('kms', 'key/'),
  'AWS::Logs::LogGroup': kept('logs', 'log-group:'),
  'AWS::Logs::QueryDefinition': kept('logs', 'query-definition:'),
}
