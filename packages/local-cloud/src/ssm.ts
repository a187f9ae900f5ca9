import type * as Api from '@aws-sdk/client-ssm'
import { ApiError, arnOf, type Operations, type Site } from './api.ts'

export type Ssm = ReturnType<typeof createSsm>

/** Parameter Store in memory: parameters are made from templates only, and every start provisions them again. */
export function createSsm(site: Site) {
  const parameters = new Map<string, Record<string, unknown> & { Value: string; Version: number }>()

  /** Writes or overwrites a parameter; its value may be one that is computed when it is read. */
  function putParameter(Name: string, value: string | (() => string)): void {
    const Version = (parameters.get(Name)?.Version ?? 0) + 1
    const ARN = arnOf(site, 'ssm', `parameter/${Name.replace(/^\//, '')}`)
    const parameter = { Name, ARN, Type: 'String', DataType: 'text', Version, LastModifiedDate: Date.now() / 1000 }
    const get = typeof value === 'string' ? () => value : value
    parameters.set(Name, Object.defineProperty({ ...parameter, Value: '' }, 'Value', { get, enumerable: true }))
  }

  const operations = {
    GetParameter: ({ Name: name = '' }: Api.GetParameterRequest) => {
      if (parameters.has(name)) return { Parameter: parameters.get(name) }
      throw new ApiError(400, 'ParameterNotFound', `Parameter ${name} not found.`)
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
  } satisfies Operations
  const parameter = (name: string) => parameters.get(name)?.Value
  return { operations, putParameter, parameter, removeParameter: (name: string) => void parameters.delete(name) }
}
