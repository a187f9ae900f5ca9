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

/** The file of an assembly's template, by its manifest: turbo leaves what it restored for another stage. */
export function templateOf(folder: string): string {
  const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
  for (const { type, properties } of Object.values<{ type: string; properties: { templateFile: string } }>(artifacts)) {
    if (type === 'aws:cloudformation:stack') return join(folder, properties.templateFile)
  }
  throw new Error(`${folder} has no template`)
}

// oxlint-disable-next-line typescript/no-explicit-any -- a template's properties are of as many forms as AWS has resources
export type EditableTemplate = { Resources: Record<string, { Type: string; Properties: Record<string, any> }> }

function addVariables(file: string, variables: Record<string, string>): void {
  const template: EditableTemplate = JSON.parse(readFileSync(file, 'utf8'))
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::Lambda::Function') Object.assign(Properties['Environment']?.Variables ?? {}, variables)
  }
  writeFileSync(file, JSON.stringify(template))
}
