import type * as SsmClient from '@aws-sdk/client-ssm'
import { ApiError, type Service, type Site } from './api.ts'
import { createJsonService } from './json-service.ts'

export interface Ssm {
  service: Service
  operations: string[]
  /** Writes or overwrites a String parameter. */
  putParameter: (name: string, value: string) => void
  parameter: (name: string) => string | undefined
  removeParameter: (name: string) => void
}

/** Parameter Store in memory: every start provisions it again. */
export function createSsm(site: Site): Ssm {
  const parameters = new Map<string, Record<string, unknown> & { Value: string; Version: number }>()

  function put(name: string, value: string, type = 'String'): number {
    const version = (parameters.get(name)?.Version ?? 0) + 1
    const identity = {
      Name: name,
      ARN: `arn:aws:ssm:${site.region}:${site.accountId}:parameter/${name.replace(/^\//, '')}`,
    }
    const content = { Type: type, Value: value, DataType: 'text' }
    parameters.set(name, { ...identity, ...content, Version: version, LastModifiedDate: Date.now() / 1000 })
    return version
  }

  const refuse = (code: string, message: string) => new ApiError(400, code, message)
  const operations = {
    GetParameter: ({ Name: name = '' }: SsmClient.GetParameterRequest) => {
      const Parameter = parameters.get(name)
      if (!Parameter) throw refuse('ParameterNotFound', `Parameter ${name} not found.`)
      return { Parameter }
    },
    GetParameters: ({ Names: names = [] }: SsmClient.GetParametersRequest) => ({
      Parameters: names.flatMap((name) => parameters.get(name) ?? []),
      InvalidParameters: names.filter((name) => !parameters.has(name)),
    }),
    GetParametersByPath: (input: SsmClient.GetParametersByPathRequest) => {
      const { Path: path = '', Recursive: isRecursive = false, MaxResults: size = 10, NextToken: start = '0' } = input
      const prefix = path.endsWith('/') ? path : `${path}/`
      const isBelow = (name: string) => isRecursive || !name.slice(prefix.length).includes('/')
      const names = [...parameters.keys()].filter((name) => name.startsWith(prefix) && isBelow(name)).toSorted()
      const end = Number(start) + Math.min(size, 10)
      const page = names.slice(Number(start), end).map((name) => parameters.get(name))
      return { Parameters: page, ...(end < names.length && { NextToken: String(end) }) }
    },
    PutParameter: (input: SsmClient.PutParameterRequest) => {
      const { Name: name = '', Value: value = '', Type: type, Overwrite: overwrites } = input
      if (parameters.has(name) && !overwrites) {
        throw refuse('ParameterAlreadyExists', 'The parameter already exists. Set Overwrite to replace its value.')
      }
      if (value === '' || value.length > 4096) {
        throw refuse('ValidationException', 'Standard tier parameters have 1 to 4096 characters.')
      }
      return { Version: put(name, value, type), Tier: 'Standard' }
    },
  }
  return {
    service: createJsonService('ssm', '1.1', operations),
    operations: Object.keys(operations),
    putParameter: (name, value) => void put(name, value),
    parameter: (name) => parameters.get(name)?.Value,
    removeParameter: (name) => void parameters.delete(name),
  }
}
