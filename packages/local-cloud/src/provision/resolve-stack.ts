import { createHash } from 'node:crypto'
import type { Site } from '../api.ts'
import type { Assembly, TemplateResource } from './assembly.ts'
import { type ResourceType, resourceTypes } from './resource-types.ts'

/** A resource of a template, all references replaced. */
export interface Resource {
  id: string
  type: ResourceType
  typeName: string
  /** What AWS would call it. */
  name: string
  properties: Record<string, unknown>
}

/** CDK has checked the template: each function has arguments of its shape, and here they are resolved. */
type Intrinsic = (argument: never) => unknown

/**
 * The resources of a stack, each after those that it refers to. `parameterOf` gives the value of an SSM parameter.
 * @throws Error naming stack and logical id for whatever is not modelled
 */
export function resolveStack(
  { stackName, template }: Assembly,
  site: Site,
  parameterOf: (name: string) => string | undefined,
): Resource[] {
  const { Parameters: parameters = {}, Conditions: conditions = {}, Resources: templates } = template
  const resources = new Map<string, Resource>()
  /** Those being resolved, from the outermost to the innermost. */
  const path: string[] = []
  const pseudo: Record<string, unknown> = {
    'AWS::AccountId': site.accountId,
    'AWS::Region': site.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${site.region}:${site.accountId}:stack/${stackName}/local`,
    'AWS::NoValue': undefined,
  }

  const intrinsics: Record<string, Intrinsic> = {
    Ref: ref,
    Condition: isTrue,
    'Fn::GetAtt': (parts: string | string[]) => getAtt([parts].flat().join('.')),
    'Fn::Join': ([separator, list]: [string, string[]]) => list.join(separator),
    'Fn::Split': ([separator, text]: [string, string]) => text.split(separator),
    'Fn::Select': ([index, list]: [number, string[]]) => {
      if (list[index] !== undefined) return list[index]
      throw new Error(`Fn::Select finds no item ${index} of ${list.length}`)
    },
    'Fn::Sub': (argument: string | [string, Record<string, string>]) => {
      const [text, own] = typeof argument === 'string' ? [argument, {}] : argument
      return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
        if (literal) return `\${${name}}`
        return String(own[name] ?? (name.includes('.') ? getAtt(name) : ref(name)))
      })
    },
    'Fn::Equals': ([one, other]: [unknown, unknown]) => String(one) === String(other),
    'Fn::Not': ([value]: [boolean]) => !value,
    'Fn::And': (values: boolean[]) => values.every(Boolean),
    'Fn::Or': (values: boolean[]) => values.some(Boolean),
  }

  /** What becomes AWS::NoValue is left out. */
  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== undefined)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value)
    const [[name, argument] = ['', undefined]] = entries
    if (entries.length === 1 && (/^(Ref$|Fn::)/.test(name) || (name === 'Condition' && typeof argument === 'string'))) {
      // Only one of its values has to make sense
      if (name === 'Fn::If') return resolve(isTrue(argument[0]) ? argument[1] : argument[2])
      const apply = intrinsics[name]
      if (!apply) throw new Error(`${name} is not modelled`)
      return apply(resolve(argument) as never)
    }
    const members = entries.map(([key, member]): [string, unknown] => [key, resolve(member)])
    return Object.fromEntries(members.filter(([, member]) => member !== undefined))
  }

  function isTrue(condition: string): boolean {
    return resolve(conditions[condition]) === true
  }

  function ref(id: string): unknown {
    if (Object.hasOwn(pseudo, id)) return pseudo[id]
    const parameter = parameters[id]
    if (!parameter) return refer(id).type.ref?.(refer(id).name, site) ?? refer(id).name
    const { Type: type, Default: value } = parameter
    if (type === 'String') return value
    if (type !== 'AWS::SSM::Parameter::Value<String>') throw new Error(`parameter type ${type} is not modelled`)
    const found = parameterOf(value ?? '')
    if (found === undefined) throw new Error(`there is no SSM parameter ${value}: its stack comes first`)
    return found
  }

  /** An attribute's own name may have dots. */
  function getAtt(reference: string): string {
    const [id = '', attribute = ''] = reference.split(/\.(.*)/)
    const { type, typeName, name } = refer(id)
    const value = attribute === 'Arn' ? type.arn?.(name, site) : type.attributes?.(name, site)[attribute]
    if (value === undefined) throw new Error(`attribute ${attribute} of ${typeName} is not modelled`)
    return value
  }

  /** Resolved on the way, so that it comes before whoever refers to it. */
  function refer(id: string): Resource {
    const resource = templates[id]
    if (!resource) throw new Error(`there is no resource ${id}`)
    return resources.get(id) ?? add(id, resource)
  }

  function add(id: string, { Type: typeName, DependsOn: others, Properties: given }: TemplateResource): Resource {
    if (path.includes(id)) throw new Error(`circular dependency ${[...path, id].join(' -> ')}`)
    path.push(id)
    const type = resourceTypes[typeName]
    if (!type) throw new Error(`${typeName} is not modelled`)
    for (const other of [others ?? []].flat()) refer(other)
    const properties = resolve(given ?? {}) as Record<string, unknown>
    const known = `${type.acts} ${type.keeps}`.split(/\s+/)
    const unknown = Object.keys(properties).find((property) => !known.includes(property))
    if (unknown && type.keeps !== '*') throw new Error(`property ${unknown} of ${typeName} is not modelled`)
    const resource = { id, type, typeName, name: nameOf(id, type, properties), properties }
    resources.set(id, resource)
    path.pop()
    return resource
  }

  /** As CloudFormation makes names, but the same at every start. */
  function nameOf(id: string, { name: [property, longest] = ['', 255] }: ResourceType, given: Record<string, unknown>) {
    if (typeof given[property] === 'string') return given[property]
    const { BucketNamespace: namespace, BucketNamePrefix: prefix } = given as Record<string, string>
    if (namespace === 'account-regional') return `${prefix}-${site.accountId}-${site.region}-an`
    const suffix = createHash('sha256').update(`${stackName}/${id}`).digest('hex').slice(0, 12).toUpperCase()
    const name = `${`${stackName}-${id}`.slice(0, longest - suffix.length - 1)}-${suffix}`
    return property === 'BucketName' ? name.toLowerCase() : name
  }

  for (const [id, { Condition: condition }] of Object.entries(templates)) {
    try {
      if (condition === undefined || isTrue(condition)) refer(id)
    } catch (error) {
      throw new Error(`${stackName} ${path.at(-1) ?? id}: ${(error as Error).message}`, { cause: error })
    }
  }
  return [...resources.values()]
}
