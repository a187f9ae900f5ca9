import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { SubscriberDefinition } from '../lib/define-subscriber.ts'
import type { SubscriberProps } from '../lib/subscriber.ts'

/**
 * What the folder of an app says about its stack.
 * @throws Error naming file and line when infra.ts cannot be loaded, and for an app that is not built
 */
export async function readApp(folder: string): Promise<SubscriberProps> {
  const definition = await loadDefinition(folder)
  const code = join(folder, 'dist/lambda')
  const name = basename(folder)
  if (!existsSync(code)) {
    throw new Error(`dist/lambda is missing, build it first: pnpm turbo run build --filter=@fanout/${name}`)
  }
  const files = await readdir(join(folder, 'src')).catch(() => [])
  const furtherFunctions = files.flatMap((file) => /^([a-z0-9-]+)\.handler\.ts$/.exec(file)?.[1] ?? []).toSorted()
  return { name, code, furtherFunctions, definition }
}

async function loadDefinition(folder: string): Promise<SubscriberDefinition> {
  const file = join(folder, 'infra.ts')
  const { default: definition }: { default?: SubscriberDefinition } = await import(file).catch((cause: unknown) => {
    if (!(cause instanceof Error)) throw cause
    const line = cause.stack?.split(`${file}:`)[1]?.match(/^\d+/)?.[0]
    throw new Error(`infra.ts${line === undefined ? '' : `:${line}`}: ${cause.message}`, { cause })
  })
  if (!definition) throw new Error('infra.ts has no default export, it should be defineSubscriber({ … })')
  return definition
}
