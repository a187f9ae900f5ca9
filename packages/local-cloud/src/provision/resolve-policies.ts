import type { Site } from '../api.ts'
import type { PolicyDocument } from '../permissions/statement.ts'
import { readAssembly } from './assembly.ts'
import { resolveStack } from './resolve-stack.ts'

/** What synthesized stacks come to in one account and region, in their order: without making anything. */
export async function resolvePolicies(assemblies: string[], place: Pick<Site, 'accountId' | 'region'>) {
  const endpoint = `https://sqs.${place.region}.amazonaws.com`
  const site: Site = { ...place, endpoint, dataDir: '', timeScale: 1, warn: () => {} }
  /** SSM's, by which a stack knows those before it. */
  const parameters: Record<string, string> = {}
  const policies: { stack: string; id: string; arn: string; document: PolicyDocument }[] = []
  for (const folder of assemblies) {
    const assembly = await readAssembly(folder)
    const resources = resolveStack(assembly, site, (parameter) => parameters[parameter])
    for (const { id, type, typeName, name, properties } of resources) {
      if (typeName === 'AWS::SSM::Parameter') parameters[name] = String(properties['Value'])
      const found = type.policies?.(properties as never, name, site) ?? []
      policies.push(...found.map(([arn, document]) => ({ stack: assembly.stackName, id, arn, document })))
    }
  }
  return { policies, parameters }
}
