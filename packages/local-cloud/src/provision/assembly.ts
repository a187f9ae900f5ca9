import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

export interface TemplateResource {
  Type: string
  Condition?: string
  DependsOn?: string | string[]
  Properties?: Record<string, unknown>
}

export interface Template {
  Parameters?: Record<string, { Type: string; Default?: string }>
  Conditions?: Record<string, unknown>
  Resources: Record<string, TemplateResource>
}

/** A synthesized stack. */
export interface Assembly {
  stackName: string
  template: Template
  /** The folder of each asset, by the key under which a template names it. */
  assets: Map<string, string>
}

interface Manifest {
  artifacts: Record<string, { type: string; properties?: { file?: string; templateFile?: string; stackName?: string } }>
}

interface AssetManifest {
  files: Record<string, { source: { path?: string }; destinations: Record<string, { objectKey: string }> }>
}

/**
 * Reads the stack in a folder that CDK has synthesized.
 * @throws Error when there is none, or more than one
 */
export async function readAssembly(folder: string): Promise<Assembly> {
  const manifest = await readJson<Manifest>(resolve(folder, 'manifest.json')).catch((cause: unknown) => {
    throw new Error(`no synthesized templates in ${folder}: run pnpm turbo run synth`, { cause })
  })
  const artifacts = Object.entries(manifest.artifacts)
  const stacks = artifacts.filter(([, { type }]) => type === 'aws:cloudformation:stack')
  const [[id, { properties }] = ['', {}]] = stacks
  if (stacks.length !== 1 || !properties?.templateFile)
    throw new Error(`${folder} has ${stacks.length} stacks, not one`)
  const manifests = artifacts.filter(([, { type }]) => type === 'cdk:asset-manifest')
  const files = manifests.map(([, { properties: asset }]) => resolve(folder, asset?.file ?? ''))
  return {
    stackName: properties.stackName ?? id,
    template: await readJson<Template>(resolve(folder, properties.templateFile)),
    assets: new Map((await Promise.all(files.map(readAssets))).flat()),
  }
}

async function readAssets(file: string): Promise<[string, string][]> {
  const { files } = await readJson<AssetManifest>(file)
  return Object.values(files).flatMap(({ source, destinations }) =>
    Object.values(destinations).map(({ objectKey }): [string, string] => [
      objectKey,
      resolve(dirname(file), source.path ?? ''),
    ]),
  )
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8'))
}
