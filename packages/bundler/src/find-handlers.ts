import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The function files of an app: `src/handler.ts`, and `src/<name>.handler.ts` for further functions. Keys are names
 * without extension: the Lambda handler is `<name>.handler`.
 */
export async function findHandlers(appFolder: string): Promise<Record<string, string>> {
  const files = await readdir(join(appFolder, 'src')).catch(() => [])
  const handlers: Record<string, string> = {}
  for (const file of files.toSorted((a, b) => (a < b ? -1 : 1))) {
    const name = file === 'handler.ts' ? 'handler' : /^([a-z0-9-]+)\.handler\.ts$/.exec(file)?.[1]
    if (name !== undefined) handlers[name] = `src/${file}`
  }
  if (handlers.handler === undefined) throw new Error('no src/handler.ts here, run this in the folder of an app')
  return handlers
}
