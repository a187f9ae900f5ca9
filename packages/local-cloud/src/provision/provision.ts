import { readAssembly } from './assembly.ts'
import { type Resource, resolveStack } from './resolve-stack.ts'
import type { Parts, Stack } from './resource-types.ts'

/** Makes stacks from their assemblies, one after the other. */
export function createProvisioner(parts: Parts) {
  const { site, ssm, sns, permissions } = parts
  const stacks = new Map<string, Resource[]>()
  const ignored = new Map<string, Set<string>>()
  let queue = Promise.resolve()

  async function change(folder: string): Promise<void> {
    const assembly = await readAssembly(folder)
    const { stackName, assets } = assembly
    const resources = resolveStack(assembly, site, ssm.parameter)
    const stack: Stack = { ...parts, assets, subscriptions: [] }
    const policies = resources.flatMap(({ id, type, properties, name }) => {
      const found = type.policies?.(properties as never, name, site) ?? []
      return found.map(([arn, document]) => ({ id, arn, document }))
    })
    permissions.replace(stackName, policies)
    for (const { type, properties, name } of resources) {
      // SQS, SNS, S3 and DynamoDB call it nearly alike
      const [, key] = /"kmsmasterkeyid":"([^"]+)"/i.exec(JSON.stringify(properties)) ?? []
      permissions.encrypt(type.arn?.(name, site) ?? '', key)
    }
    for (const { id, type, properties, name } of resources) {
      try {
        await type.make?.(properties as never, name, stack)
      } catch (error) {
        throw new Error(`${stackName} ${id}: ${(error as Error).message}`, { cause: error })
      }
    }
    sns.subscribe(stackName, stack.subscriptions)

    const isKept = (old: Resource) => resources.some((one) => one.typeName === old.typeName && one.name === old.name)
    const removed = (stacks.get(stackName) ?? []).filter((resource) => !isKept(resource))
    // Whoever refers to others goes first
    for (const { type, name } of removed.toReversed()) await type.remove?.(name, stack)
    stacks.set(stackName, resources)
    for (const { typeName, type, properties } of resources) {
      const names = Object.keys(properties).filter((name) => type.keeps.split(' ').includes(name))
      if (names.length === 0 && type.keeps !== '*') continue
      ignored.set(typeName, new Set([...(ignored.get(typeName) ?? []), ...names]))
    }
  }

  /**
   * Makes the stack of this assembly, or changes the one that is there: what it no longer has is removed, except for
   * buckets, tables and topics.
   * @throws Error naming stack and logical id; nothing has changed when a template cannot be understood
   */
  function provision(folder: string): Promise<void> {
    const provisioned = queue.then(() => change(folder))
    queue = provisioned.catch(() => {})
    return provisioned
  }

  /** What all templates ask for and the local cloud does not do, a line for each type. */
  const notices = () =>
    [...ignored]
      .filter(([typeName]) => typeName !== 'AWS::CDK::Metadata')
      .map(([typeName, names]) => `${typeName} ${[...names].toSorted().join(', ')}`.trim())
  return { provision, notices }
}
