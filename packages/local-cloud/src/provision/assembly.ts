import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** A synthesized stack. */
export interface Assembly {
  stackName: string
  template: Template
  /** The folder of each asset, by the key under which a template names it. */
  assets: Map<string, string>
}

export interface Template {
  Parameters?: Record<string, { Type: string; Default?: string }>
  Conditions?: Record<string, unknown>
  Resources: Record<string, TemplateResource>
}

export interface TemplateResource {
  Type: string
  Condition?: string
  DependsOn?: string | string[]
  Properties?: Record<string, unknown>
}

type Artifact = { type: string; properties: { file: string; templateFile: string; stackName?: string } }
type AssetFile = { source: { path: string }; destinations: Record<string, { objectKey: string }> }

/**
 * Reads the stack in a folder that CDK has synthesized.
 * @throws Error when there is none, or more than one
 */
export async function readAssembly(folder: string): Promise<Assembly> {
  const readJson = async (name: string) => JSON.parse(await readFile(resolve(folder, name), 'utf8'))
  const { artifacts }: { artifacts: Record<string, Artifact> } = await readJson('manifest.json').catch((cause) => {
    throw new Error(`no synthesized templates in ${folder}: run pnpm turbo run synth`, { cause })
  })
  const ofType = (type: string) => Object.entries(artifacts).filter(([, artifact]) => artifact.type === type)
  const stacks = ofType('aws:cloudformation:stack')
  const [[id, { properties }] = ['', { properties: undefined }]] = stacks
  if (!properties || stacks.length > 1) throw new Error(`${folder} has ${stacks.length} stacks, not one`)

  const assets = new Map<string, string>()
  for (const [, { properties: asset }] of ofType('cdk:asset-manifest')) {
    const { files }: { files: Record<string, AssetFile> } = await readJson(asset.file)
    for (const { source, destinations } of Object.values(files)) {
      const path = resolve(folder, dirname(asset.file), source.path)
      for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, path)
    }
  }
  return { stackName: properties.stackName ?? id, template: await readJson(properties.templateFile), assets }
}
