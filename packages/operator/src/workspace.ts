import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository that this command belongs to. */
export const WORKSPACE_ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** What a run keeps on this machine: objects and tables, endpoints, logs. */
export const stateFolder = (root: string): string => join(root, '.fanout')

/** The stage whose templates are synthesized and run here. */
export const localStage = (): string => process.env['STAGE'] ?? 'dev'

/** A path as the person typed it. pnpm runs scripts in the workspace's root and keeps the person's folder in INIT_CWD. */
export const resolveTyped = (path: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), path)

/** Makes paths that are relative mean what the person meant. */
export const enterTypedFolder = (): void => process.chdir(resolveTyped('.'))

/** The folders of the subscribers: every workspace in apps/ that says what it needs from AWS. */
export async function findSubscriberFolders(root: string): Promise<string[]> {
  const apps = join(root, 'apps')
  const names = existsSync(apps) ? await readdir(apps) : []
  return names
    .toSorted()
    .map((name) => join(apps, name))
    .filter((folder) => existsSync(join(folder, 'infra.ts')))
}
