import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A throw-away app inside this package, so that its imports resolve. `files` are contents by path. */
export async function createTemporaryApp(files: Record<string, string>): Promise<string> {
  const parent = join(import.meta.dirname, '../dist')
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'app-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [path, contents] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), contents)
  }
  return folder
}

/** The contents of every file below `folder`, by path and in its order. */
export async function readTree(folder: string): Promise<Map<string, Buffer>> {
  const tree = new Map<string, Buffer>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) tree.set(path.slice(folder.length + 1), await readFile(path))
  }
  return new Map([...tree].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
