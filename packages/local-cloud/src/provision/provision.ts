import { readAssembly } from './assembly.ts'
import { resolveStack, type Resource } from './resolve-stack.ts'
import type { Provisioners, StackScope } from './resource-type.ts'
import { resourceTypes } from './resource-types.ts'

/** Makes stacks from their assemblies, one after the other. */
export interface Provisioner {
  /**
   * Makes the stack of this assembly, or changes the one that is there: what it no longer has is removed, except for
   * buckets, tables and topics.
   * @throws Error naming stack and logical id; nothing has changed when a template cannot be understood
   */
  provision: (assembly: string) => Promise<void>
  /** What all templates ask for and the local cloud does not do, a line for each type. */
  notices: () => string[]
}

export function createProvisioner(provisioners: Provisioners): Provisioner {
  const { site, ssm, sns, policies } = provisioners
  const stacks = new Map<string, Resource[]>()
  const ignored = new Map<string, Set<string>>()
  let queue = Promise.resolve()

  async function provision(folder: string) {
    const assembly = await readAssembly(folder)
    const { stackName, assets } = assembly
    const resources = resolveStack(assembly, { site, types: resourceTypes, parameter: ssm.parameter })
    const scope: StackScope = { ...provisioners, stackName, assets, subscriptions: [] }
    policies.forget(stackName)
    for (const resource of resources) {
      await naming(stackName, resource, () => resource.type.make?.(resource.properties as never, resource.name, scope))
      note(resource)
    }
    sns.clearSubscriptions(stackName)
    for (const subscription of scope.subscriptions) sns.subscribe(subscription)
    const kept = new Set(resources.map(identify))
    const removed = (stacks.get(stackName) ?? []).filter((resource) => !kept.has(identify(resource)))
    // Whoever refers to others goes first
    for (const { type, name } of removed.toReversed()) await type.remove?.(name, scope)
    stacks.set(stackName, resources)
  }

  function note({ typeName, type: { keeps }, properties }: Resource) {
    const names = Object.keys(properties).filter((name) => keeps.split(' ').includes(name))
    if (names.length > 0 || keeps === '*') ignored.set(typeName, new Set([...(ignored.get(typeName) ?? []), ...names]))
  }

  return {
    provision: (folder) => {
      const provisioned = queue.then(() => provision(folder))
      queue = provisioned.catch(() => {})
      return provisioned
    },
    notices: () =>
      [...ignored]
        .filter(([typeName]) => typeName !== 'AWS::CDK::Metadata')
        .map(([typeName, names]) => `${typeName} ${[...names].toSorted().join(', ')}`.trim()),
  }
}

async function naming(stackName: string, { id }: Resource, make: () => void | Promise<void> | undefined) {
  try {
    await make()
  } catch (error) {
    throw new Error(`${stackName} ${id}: ${(error as Error).message}`, { cause: error })
  }
}

function identify({ typeName, name }: Resource): string {
  return `${typeName} ${name}`
}
