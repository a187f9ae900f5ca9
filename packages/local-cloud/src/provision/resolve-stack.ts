import { createHash } from 'node:crypto'
import type { Site } from '../api.ts'
import type { Assembly, TemplateResource } from './assembly.ts'
import { resolveCondition, resolveValue, type References } from './intrinsics.ts'
import type { ResourceType } from './resource-type.ts'

/** A resource of a template, all references replaced. */
export interface Resource {
  id: string
  type: ResourceType
  typeName: string
  /** What AWS would call it. */
  name: string
  properties: Record<string, unknown>
}

export interface Surroundings {
  site: Site
  types: Record<string, ResourceType>
  /** The value of an SSM parameter. */
  parameter: (name: string) => string | undefined
}

/**
 * The resources of a stack, each after those that it refers to.
 * @throws Error naming stack and logical id for whatever is not modelled
 */
export function resolveStack({ stackName, template }: Assembly, surroundings: Surroundings): Resource[] {
  const { site, types, parameter } = surroundings
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

  const references: References = {
    ref: (name) => {
      if (Object.hasOwn(pseudo, name)) return pseudo[name]
      if (Object.hasOwn(parameters, name)) return valueOfParameter(name)
      const resource = refer(name)
      return (resource.type.ref ?? ((own) => own))(resource.name, site)
    },
    getAtt: (id, attribute) => {
      const { type, typeName, name } = refer(id)
      const value = type.attributes?.(name, site)[attribute]
      if (value === undefined) throw new Error(`attribute ${attribute} of ${typeName} is not modelled`)
      return value
    },
    condition: (name) => resolveCondition(conditions[name], references),
  }

  function valueOfParameter(name: string): string | undefined {
    const { Type: type, Default: value } = parameters[name]!
    if (type === 'String') return value
    if (type !== 'AWS::SSM::Parameter::Value<String>') throw new Error(`parameter type ${type} is not modelled`)
    const found = parameter(value ?? '')
    if (found === undefined) throw new Error(`there is no SSM parameter ${value}: its stack comes first`)
    return found
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
    const type = types[typeName]
    if (!type) throw new Error(`${typeName} is not modelled`)
    for (const other of [others ?? []].flat()) refer(other)
    const properties = resolveValue(given ?? {}, references) as Record<string, unknown>
    checkProperties(typeName, type, properties)
    const generate = (longest: number) => physicalName(stackName, id, longest)
    const name = type.name?.(properties as never, generate, site) ?? generate(255)
    const resource: Resource = { id, type, typeName, name, properties }
    resources.set(id, resource)
    path.pop()
    return resource
  }

  for (const [id, resource] of Object.entries(templates)) {
    try {
      if (resource.Condition === undefined || references.condition(resource.Condition)) refer(id)
    } catch (error) {
      throw new Error(`${stackName} ${path.at(-1) ?? id}: ${(error as Error).message}`, { cause: error })
    }
  }
  return [...resources.values()]
}

function checkProperties(typeName: string, { acts, keeps }: ResourceType, properties: Record<string, unknown>): void {
  const known = `${acts} ${keeps}`.split(/\s+/)
  const unknown = Object.keys(properties).find((name) => !known.includes(name))
  if (unknown && keeps !== '*') throw new Error(`property ${unknown} of ${typeName} is not modelled`)
}

/** As CloudFormation makes names, but the same at every start. */
function physicalName(stackName: string, id: string, longest: number): string {
  const suffix = createHash('sha256').update(`${stackName}/${id}`).digest('hex').slice(0, 12).toUpperCase()
  return `${`${stackName}-${id}`.slice(0, longest - suffix.length - 1)}-${suffix}`
}
