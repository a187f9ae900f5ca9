import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Resources = Record<string, { Type: string; Properties?: object }>

/** Writes what `cdk synth` would for a stack without code, into a temporary folder. */
export async function writeAssembly(stackName: string, Resources: Resources): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fanout-operator-'))
  const write = (name: string, content: object) => writeFile(join(folder, name), JSON.stringify(content))
  await write('template.json', { Resources })
  await write('assets.json', { version: '55.0.0', files: {} })
  await write('manifest.json', {
    version: '55.0.0',
    artifacts: {
      [stackName]: { type: 'aws:cloudformation:stack', properties: { templateFile: 'template.json' } },
      [`${stackName}.assets`]: { type: 'cdk:asset-manifest', properties: { file: 'assets.json' } },
    },
  })
  return folder
}
