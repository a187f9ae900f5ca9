import type * as Api from '@aws-sdk/client-ssm'
import { ApiError, arnOf, type Operations, type Site } from './api.ts'

export type Ssm = ReturnType<typeof createSsm>

/** Parameter Store in memory: every start provisions it again. */
export function createSsm(site: Site) {
  const parameters = new Map<string, Record<string, unknown> & { Value: string; Version: number }>()
  const refuse = (code: string, message: string) => new ApiError(400, code, message)

  /** Writes or overwrites a parameter; its value may be one that is computed when it is read. Returns its version. */
  function putParameter(Name: string, value: string | (() => string), Type = 'String'): number {
    const Version = (parameters.get(Name)?.Version ?? 0) + 1
    const ARN = arnOf(site, 'ssm', `parameter/${Name.replace(/^\//, '')}`)
    const parameter = { Name, ARN, Type, DataType: 'text', Version, LastModifiedDate: Date.now() / 1000, Value: '' }
    const read = typeof value === 'string' ? () => value : value
    parameters.set(Name, Object.defineProperty(parameter, 'Value', { get: read, enumerable: true }))
    return Version
  }

  const operations = {
    GetParameter: ({ Name: name = '' }: Api.GetParameterRequest) => {
      const Parameter = parameters.get(name)
      if (!Parameter) throw refuse('ParameterNotFound', `Parameter ${name} not found.`)
      return { Parameter }
    },
    GetParameters: ({ Names: names = [] }: Api.GetParametersRequest) => ({
      Parameters: names.flatMap((name) => parameters.get(name) ?? []),
      InvalidParameters: names.filter((name) => !parameters.has(name)),
    }),
    GetParametersByPath: (input: Api.GetParametersByPathRequest) => {
      const { Path: path = '', Recursive: isRecursive = false, MaxResults: size = 10, NextToken: start = '0' } = input
      const prefix = path.endsWith('/') ? path : `${path}/`
      const isBelow = (name: string) => isRecursive || !name.slice(prefix.length).includes('/')
      const names = [...parameters.keys()].filter((name) => name.startsWith(prefix) && isBelow(name)).toSorted()
      const end = Number(start) + Math.min(size, 10)
      const page = names.slice(Number(start), end).map((name) => parameters.get(name))
      return { Parameters: page, ...(end < names.length && { NextToken: String(end) }) }
    },
    PutParameter: ({
      Name: name = '',
      Value: value = '',
      Type: type,
      Overwrite: overwrites,
    }: Api.PutParameterRequest) => {
      if (parameters.has(name) && !overwrites) {
        throw refuse('ParameterAlreadyExists', 'The parameter already exists. Set Overwrite to replace its value.')
      }
      if (value === '' || value.length > 4096) {
        throw refuse('ValidationException', 'Standard tier parameters have 1 to 4096 characters.')
      }
      return { Version: putParameter(name, value, type), Tier: 'Standard' }
    },
  } satisfies Operations
  return {
    operations,
    putParameter,
    parameter: (name: string) => parameters.get(name)?.Value,
    removeParameter: (name: string) => void parameters.delete(name),
  }
}
