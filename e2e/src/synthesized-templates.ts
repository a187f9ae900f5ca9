import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TemplateJson } from '@fanout/infra/testing'
import * as z from 'zod'
import { APPS } from './subscriber-stacks.ts'

const root = join(import.meta.dirname, '../..')

/** The templates of a stage by the names of their stacks, as `pnpm turbo run synth` makes them. */
export async function synthesizeTemplates(stage: string): Promise<Map<string, TemplateJson>> {
  const env = { ...process.env, STAGE: stage, TURBO_TELEMETRY_DISABLED: '1' }
  const child = spawn(join(root, 'node_modules/.bin/turbo'), ['run', 'synth'], { cwd: root, env })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (code !== 0) throw new Error(`turbo run synth ended with ${code}: ${output}${errors}`)

  const assemblies = ['infra', ...APPS.map((app) => `apps/${app}`)].map((folder) => join(root, folder, 'cdk.out'))
  return new Map((await Promise.all(assemblies.map(readAssembly))).flat())
}

/** By the manifest: turbo leaves what it restored for another stage. */
async function readAssembly(assembly: string): Promise<[string, TemplateJson][]> {
  const { artifacts } = Manifest.parse(JSON.parse(await readFile(join(assembly, 'manifest.json'), 'utf8')))
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack')
  return await Promise.all(
    stacks.map(async ([stack, { properties }]): Promise<[string, TemplateJson]> => {
      return [stack, JSON.parse(await readFile(join(assembly, properties?.templateFile ?? ''), 'utf8'))]
    }),
  )
}

const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({ type: z.string(), properties: z.looseObject({ templateFile: z.string().optional() }).optional() }),
  ),
})
