import type { Outputs } from '@fanout/handler/commands'
import { existsSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findSubscriberFolders } from '../workspace.ts'

/**
 * What the apps in this workspace keep of each object, by subscriber: the default exports of `apps/*\/outputs.ts`.
 * @throws {Error} naming a file that has none
 */
export async function findOutputs(root: string): Promise<Map<string, Outputs>> {
  const found = new Map<string, Outputs>()
  for (const folder of await findSubscriberFolders(root)) {
    const file = join(folder, 'outputs.ts')
    if (!existsSync(file)) continue
    const { default: outputs }: { default?: Outputs } = await import(pathToFileURL(file).href)
    if (!outputs) throw new Error(`${relative(root, file)} has no default export, which should be Outputs`)
    found.set(basename(folder), outputs)
  }
  return found
}
