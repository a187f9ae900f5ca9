import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

export type Resources = Record<string, { Type: string; Properties?: object; DependsOn?: string; Condition?: string }>

export interface Stack {
  Resources: Resources
  Parameters?: Record<string, { Type: string; Default?: string }>
  Conditions?: object
  /** Files of each asset, by the key under which the template names it. */
  assets?: Record<string, Record<string, string>>
}

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fanout-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes what `cdk synth` would: manifest, template, asset manifest and assets. Returns the folder. */
export async function writeAssembly(stackName: string, stack: Stack, into?: string): Promise<string> {
  const folder = into ?? (await temporaryFolder())
  const { assets = {}, ...template } = stack
  const files: Record<string, object> = {}
  for (const [key, contents] of Object.entries(assets)) {
    const path = `asset.${key}`
    files[key] = {
      source: { path, packaging: 'zip' },
      destinations: { current: { bucketName: 'assets', objectKey: key } },
    }
    for (const [name, text] of Object.entries(contents)) {
      await mkdir(dirname(join(folder, path, name)), { recursive: true })
      await writeFile(join(folder, path, name), text)
    }
  }
  const write = (name: string, content: object) => writeFile(join(folder, name), JSON.stringify(content))
  await write('template.json', template)
  await write('assets.json', { version: '55.0.0', files })
  await write('manifest.json', {
    version: '55.0.0',
    artifacts: {
      [stackName]: { type: 'aws:cloudformation:stack', properties: { templateFile: 'template.json' } },
      [`${stackName}.assets`]: { type: 'cdk:asset-manifest', properties: { file: 'assets.json' } },
    },
  })
  return folder
}
