import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

/** What CDK says of the files that a template refers to; functions' code is packed, templates are not. */
const AssetManifest = z.looseObject({
  files: z.record(
    z.string(),
    z.looseObject({ source: z.looseObject({ path: z.string(), packaging: z.enum(['zip', 'file']) }) }),
  ),
})

const Template = z.looseObject({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string() })),
})

const FunctionResource = z.looseObject({
  Type: z.literal('AWS::Lambda::Function'),
  Properties: z.looseObject({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) }),
})

/**
 * Writes the assembly that is in the folder `from` into the folder `to`, with other code for its functions: a change of
 * code alone needs no synthesis. With `isDebugged` the functions wait for a debugger to attach.
 */
export async function writeAssembly(from: string, to: string, code: string, isDebugged: boolean): Promise<void> {
  for (const name of await readdir(from)) {
    if (!name.endsWith('.json')) continue
    const text = await readFile(join(from, name), 'utf8')
    await writeFile(join(to, name), change(name, text, code, isDebugged))
  }
}

function change(name: string, text: string, code: string, isDebugged: boolean): string {
  if (name.endsWith('.assets.json')) return withCode(text, code)
  return isDebugged && name.endsWith('.template.json') ? withDebugger(text) : text
}

function withCode(text: string, code: string): string {
  const manifest = AssetManifest.parse(JSON.parse(text))
  for (const { source } of Object.values(manifest.files)) if (source.packaging === 'zip') source.path = code
  return JSON.stringify(manifest)
}

function withDebugger(text: string): string {
  const template = Template.parse(JSON.parse(text))
  for (const [id, resource] of Object.entries(template.Resources)) {
    const parsed = FunctionResource.safeParse(resource)
    if (!parsed.success) continue
    // Any free port: the version before may still be at work
    parsed.data.Properties.Environment.Variables['NODE_OPTIONS'] = '--inspect=127.0.0.1:0'
    template.Resources[id] = parsed.data
  }
  return JSON.stringify(template)
}
