import type {
  GetParameterRequest,
  GetParametersByPathRequest,
  GetParametersRequest,
  PutParameterRequest,
} from '@aws-sdk/client-ssm'
import { ApiError, type Service, type Site } from './api.ts'
import { createJsonService } from './json-service.ts'

export interface Ssm {
  service: Service
  operations: string[]
  /** Writes or overwrites a String parameter. */
  putParameter: (name: string, value: string) => void
  parameter: (name: string) => string | undefined
}

interface Parameter {
  Name: string
  Type: string
  Value: string
  Version: number
  LastModifiedDate: number
  ARN: string
  DataType: 'text'
}

/** Parameter Store in memory: every start provisions it again. */
export function createSsm(site: Site): Ssm {
  const parameters = new Map<string, Parameter>()

  function put(name: string, value: string, type = 'String'): Parameter {
    const parameter: Parameter = {
      Name: name,
      Type: type,
      Value: value,
      Version: (parameters.get(name)?.Version ?? 0) + 1,
      LastModifiedDate: Date.now() / 1000,
      ARN: `arn:aws:ssm:${site.region}:${site.accountId}:parameter/${name.replace(/^\//, '')}`,
      DataType: 'text',
    }
    parameters.set(name, parameter)
    return parameter
  }

  const operations = {
    GetParameter: ({ Name: name = '' }: GetParameterRequest) => {
      const parameter = parameters.get(name)
      if (!parameter) throw new ApiError(400, 'ParameterNotFound', `Parameter ${name} not found.`)
      return { Parameter: parameter }
    },
    GetParameters: ({ Names: names = [] }: GetParametersRequest) => ({
      Parameters: names.flatMap((name) => parameters.get(name) ?? []),
      InvalidParameters: names.filter((name) => !parameters.has(name)),
    }),
    GetParametersByPath: (input: GetParametersByPathRequest) => {
      const { Path: path = '', Recursive: isRecursive = false, MaxResults: size = 10, NextToken: token } = input
      const prefix = path.endsWith('/') ? path : `${path}/`
      const found = [...parameters.values()]
        .filter(({ Name }) => Name.startsWith(prefix) && (isRecursive || !Name.slice(prefix.length).includes('/')))
        .toSorted((a, b) => (a.Name < b.Name ? -1 : 1))
      const start = Number(token ?? 0)
      const end = start + Math.min(size, 10)
      return { Parameters: found.slice(start, end), ...(end < found.length && { NextToken: String(end) }) }
    },
    PutParameter: ({ Name: name = '', Value: value = '', Type: type, Overwrite: overwrite }: PutParameterRequest) => {
      if (parameters.has(name) && !overwrite) {
        throw new ApiError(
          400,
          'ParameterAlreadyExists',
          'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
        )
      }
      if (value === '' || value.length > 4096) {
        throw new ApiError(
          400,
          'ValidationException',
          'Standard tier parameters support a maximum parameter value of 4096 characters.',
        )
      }
      return { Version: put(name, value, type).Version, Tier: 'Standard' }
    },
  }
  return {
    service: createJsonService('ssm', '1.1', operations),
    operations: Object.keys(operations),
    putParameter: (name, value) => void put(name, value),
    parameter: (name) => parameters.get(name)?.Value,
  }
}
