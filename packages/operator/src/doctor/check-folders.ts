import { basename } from 'node:path'
import type { Stage } from '../stage/stage.ts'
import { findSubscriberFolders } from '../workspace.ts'
import { ok, warning, type Finding } from './finding.ts'

/** Who is deployed and has no folder any more costs money and fails unseen; who has one and is not deployed does nothing. */
export async function checkFolders({ name: stage, subscribers }: Stage, root: string): Promise<Finding[]> {
  const folders = (await findSubscriberFolders(root)).map((folder) => basename(folder))
  const deployed = subscribers.map(({ name }) => name)
  // A further function of an app is named after it
  const isOf = (folder: string, name: string) => name === folder || name.startsWith(`${folder}-`)
  const orphans = deployed.filter((name) => !folders.some((folder) => isOf(folder, name)))
  const missing = folders.filter((folder) => !deployed.includes(folder))
  if (orphans.length + missing.length === 0)
    return [ok('folders', 'every subscriber has its folder in apps/, and is deployed')]
  return [
    ...orphans.map((name) =>
      warning(
        'folders',
        `${name} is deployed and has no folder in apps/`,
        `delete its stack, or bring apps/${name} back`,
      ),
    ),
    ...missing.map((name) =>
      warning(
        'folders',
        `apps/${name} is not deployed`,
        `STAGE=${stage} pnpm turbo run deploy --filter=@fanout/${name}`,
      ),
    ),
  ]
}
