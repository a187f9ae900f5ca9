import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The synthesized stacks: `infra`, and `apps/<name>` of every subscriber. */
export function findStacks(root: string): string[] {
  const apps = readdirSync(join(root, 'apps')).map((name) => join('apps', name))
  return ['infra', ...apps].filter((stack) => existsSync(join(root, stack, 'cdk.out/manifest.json')))
}

/** A copy of a stack's assembly, whose functions have these variables, too. */
export function copyAssembly(root: string, stack: string, variables: Record<string, string>): string {
  // Below the stack's own node_modules: a function's native parts are looked for from here
  const assembly = join(root, stack, 'node_modules', `.drill-${process.pid}`)
  cpSync(join(root, stack, 'cdk.out'), assembly, { recursive: true })
  for (const file of readdirSync(assembly)) {
    if (file.endsWith('.template.json')) addVariables(join(assembly, file), variables)
  }
  return assembly
}

function addVariables(file: string, variables: Record<string, string>): void {
  const template: Template = JSON.parse(readFileSync(file, 'utf8'))
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::Lambda::Function') Object.assign(Properties.Environment?.Variables ?? {}, variables)
  }
  writeFileSync(file, JSON.stringify(template))
}

interface Template {
  Resources: Record<string, { Type: string; Properties: { Environment?: { Variables: Record<string, unknown> } } }>
}
