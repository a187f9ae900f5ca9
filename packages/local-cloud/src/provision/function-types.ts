import type { CreateEventSourceMappingRequest, CreateFunctionRequest } from '@aws-sdk/client-lambda'
import { arnOf } from '../lambda/function-config.ts'
import type { ResourceType } from './resource-type.ts'

const lambdaFunction: ResourceType<CreateFunctionRequest> = {
  acts: 'FunctionName Code Handler Runtime MemorySize Timeout Environment Role LoggingConfig',
  keeps: 'Architectures Description KmsKeyArn Tags TracingConfig',
  name: ({ FunctionName: given }, generate) => given ?? generate(64),
  attributes: (name, site) => ({ Arn: arnOf(name, site) }),
  make: (properties, name, { functions, assets }) => {
    const { Code: code, Runtime: runtime = '' } = properties
    const folder = assets.get(code?.S3Key ?? '')
    if (folder === undefined) throw new Error(`Code is not an asset of this assembly: ${JSON.stringify(code)}`)
    if (!/^nodejs\d+\.x$/.test(runtime)) throw new Error(`Runtime ${runtime} is not modelled`)
    return functions.put({
      name,
      code: folder,
      handler: properties.Handler ?? '',
      runtime,
      memoryMb: Number(properties.MemorySize ?? 128),
      timeoutSeconds: Number(properties.Timeout ?? 3),
      roleArn: properties.Role ?? '',
      logGroup: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
      variables: properties.Environment?.Variables ?? {},
    })
  },
  remove: (name, { functions }) => functions.remove(name),
}

const eventSourceMapping: ResourceType<CreateEventSourceMappingRequest> = {
  acts: `FunctionName EventSourceArn BatchSize MaximumBatchingWindowInSeconds FunctionResponseTypes ScalingConfig
    Enabled`,
  keeps: 'MetricsConfig Tags',
  make: (properties, name, { mappings }) => {
    if (properties.Enabled === false) return mappings.remove(name)
    mappings.put(name, {
      functionName: properties.FunctionName?.split(':').at(-1) ?? '',
      queueArn: properties.EventSourceArn ?? '',
      batchSize: Number(properties.BatchSize ?? 10),
      windowSeconds: Number(properties.MaximumBatchingWindowInSeconds ?? 0),
      maximumConcurrency: Number(properties.ScalingConfig?.MaximumConcurrency ?? 1000),
      reportsBatchItemFailures: properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    })
  },
  remove: (name, { mappings }) => mappings.remove(name),
}

const parameter: ResourceType<{ Name?: string; Type: string; Value: string }> = {
  acts: 'Name Type Value',
  keeps: 'Description Tags Tier',
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
  'AWS::SSM::Parameter': parameter,
}
