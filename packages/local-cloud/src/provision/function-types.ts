import { arnOf } from '../lambda/function-config.ts'
import type { PolicyDocument } from '../policies.ts'
import type { ResourceType } from './resource-type.ts'

interface FunctionProperties {
  FunctionName?: string
  Code: { S3Key?: string }
  Handler: string
  Runtime: string
  MemorySize?: number
  Timeout?: number
  Environment?: { Variables: Record<string, string> }
  Role: string
  LoggingConfig?: { LogGroup?: string }
}

const lambdaFunction: ResourceType<FunctionProperties> = {
  acts: ['FunctionName', 'Code', 'Handler', 'Runtime', 'MemorySize', 'Timeout', 'Environment', 'Role', 'LoggingConfig'],
  keeps: ['Architectures', 'Description', 'KmsKeyArn', 'Tags', 'TracingConfig'],
  name: ({ FunctionName: given }, generate) => given ?? generate(64),
  attributes: (name, site) => ({ Arn: arnOf(name, site) }),
  make: (properties, name, { functions, assets }) => {
    const { Code: code, Runtime: runtime, LoggingConfig: logging } = properties
    const folder = assets.get(code.S3Key ?? '')
    if (folder === undefined) throw new Error(`Code is not an asset of this assembly: ${JSON.stringify(code)}`)
    if (!/^nodejs\d+\.x$/.test(runtime)) throw new Error(`Runtime ${runtime} is not modelled`)
    return functions.put({
      name,
      code: folder,
      handler: properties.Handler,
      runtime,
      memoryMb: Number(properties.MemorySize ?? 128),
      timeoutSeconds: Number(properties.Timeout ?? 3),
      roleArn: properties.Role,
      logGroup: logging?.LogGroup ?? `/aws/lambda/${name}`,
      variables: properties.Environment?.Variables ?? {},
    })
  },
  remove: (name, { functions }) => functions.remove(name),
}

interface MappingProperties {
  FunctionName: string
  EventSourceArn: string
  BatchSize?: number
  MaximumBatchingWindowInSeconds?: number
  FunctionResponseTypes?: string[]
  ScalingConfig?: { MaximumConcurrency?: number }
  Enabled?: boolean
}

const eventSourceMapping: ResourceType<MappingProperties> = {
  acts: [
    'FunctionName',
    'EventSourceArn',
    'BatchSize',
    'MaximumBatchingWindowInSeconds',
    'FunctionResponseTypes',
    'ScalingConfig',
    'Enabled',
  ],
  keeps: ['Tags'],
  name: (_, generate) => generate(255),
  make: (properties, name, { mappings }) => {
    if (properties.Enabled === false) return mappings.remove(name)
    mappings.put(name, {
      functionName: properties.FunctionName.split(':').at(-1) ?? '',
      queueArn: properties.EventSourceArn,
      batchSize: Number(properties.BatchSize ?? 10),
      windowSeconds: Number(properties.MaximumBatchingWindowInSeconds ?? 0),
      maximumConcurrency: Number(properties.ScalingConfig?.MaximumConcurrency ?? 1000),
      reportsBatchItemFailures: properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    })
  },
  remove: (name, { mappings }) => mappings.remove(name),
}

const role: ResourceType<{ RoleName?: string; Policies?: { PolicyDocument: PolicyDocument }[] }> = {
  acts: ['RoleName', 'Policies'],
  keeps: ['AssumeRolePolicyDocument', 'Description', 'MaxSessionDuration', 'Tags'],
  name: ({ RoleName: given }, generate) => given ?? generate(64),
  attributes: (name, { accountId }) => ({ Arn: roleArn(name, accountId) }),
  make: ({ Policies: inline = [] }, name, { policies, site, stackName }) => {
    for (const { PolicyDocument: document } of inline) {
      policies.addToRole(stackName, roleArn(name, site.accountId), document)
    }
  },
}

const rolePolicy: ResourceType<{ PolicyName: string; Roles: string[]; PolicyDocument: PolicyDocument }> = {
  acts: ['PolicyName', 'Roles', 'PolicyDocument'],
  keeps: [],
  name: ({ PolicyName: given }) => given,
  make: ({ Roles: roles, PolicyDocument: document }, _, { policies, site, stackName }) => {
    for (const name of roles) policies.addToRole(stackName, roleArn(name, site.accountId), document)
  },
}

function roleArn(name: string, accountId: string): string {
  return `arn:aws:iam::${accountId}:role/${name}`
}

const parameter: ResourceType<{ Name?: string; Type: string; Value: string }> = {
  acts: ['Name', 'Type', 'Value'],
  keeps: ['Description', 'Tags', 'Tier'],
  name: ({ Name: given }, generate) => given ?? `/${generate(255)}`,
  make: ({ Type: type, Value: value }, name, { ssm }) => {
    if (type !== 'String') throw new Error(`Type ${type} is not modelled`)
    ssm.putParameter(name, value)
  },
  remove: (name, { ssm }) => ssm.removeParameter(name),
}

export const functionTypes = {
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::EventSourceMapping': eventSourceMapping,
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': rolePolicy,
  'AWS::SSM::Parameter': parameter,
}
