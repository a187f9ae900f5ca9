import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { watchFolders, type FolderWatcher } from '../../src/inner-loop/watch-folders.ts'

let root: string
let watcher: FolderWatcher
let complaints: string[]

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fanout-watch-'))
  await mkdir(join(root, 'src/deep'), { recursive: true })
  await writeFile(join(root, 'src/a.ts'), '1')
  complaints = []
  watcher = watchFolders([root], (folder) => complaints.push(folder))
  onTestFinished(() => watcher.close())
})

test('tells a file that is written, once for all steps of writing', async () => {
  await writeFile(join(root, 'src/a.ts'), '2')
  await writeFile(join(root, 'src/deep/b.ts'), '2')

  expect(await changes()).toEqual(['src/a.ts', 'src/deep/b.ts'])
})

test('tells a file that is replaced, as editors do on saving, every time', async () => {
  for (const content of ['2', '3', '4']) {
    await writeFile(join(root, 'src/a.tmp'), content)
    await rename(join(root, 'src/a.tmp'), join(root, 'src/a.ts'))

    expect(await changes()).toContain('src/a.ts')
  }
})

test('tells what is removed, and what comes in its place', async () => {
  await unlink(join(root, 'src/a.ts'))

  expect(await changes()).toEqual(['src/a.ts'])

  await rm(join(root, 'src'), { recursive: true })
  await changes()
  await mkdir(join(root, 'src'))
  await changes()
  await writeFile(join(root, 'src/a.ts'), '2')

  expect(await changes()).toContain('src/a.ts')
})

test('tells files of new folders, those that were there before it looked, too', async () => {
  await mkdir(join(root, 'new/folder'), { recursive: true })
  await writeFile(join(root, 'new/folder/a.ts'), '1')

  expect(await changes()).toContain('new/folder/a.ts')

  await writeFile(join(root, 'new/folder/a.ts'), '2')

  expect(await changes()).toEqual(['new/folder/a.ts'])
})

test('does not look at what tools write, nor behind links', async () => {
  await symlink(tmpdir(), join(root, 'everything'))
  await changes()

  await mkdir(join(root, 'dist'))
  await writeFile(join(root, 'dist/a.js'), '1')
  await writeFile(join(root, 'src/.a.ts.swp'), '1')
  await writeFile(join(root, 'src/a.ts'), '2')

  expect(await changes()).toEqual(['src/a.ts'])
})

test('tells that something is installed, not what', async () => {
  await mkdir(join(root, 'node_modules/zod'), { recursive: true })
  await writeFile(join(root, 'node_modules/zod/index.js'), '')

  expect(await changes()).toEqual(['node_modules'])
})

test('keeps what changes while nobody waits', async () => {
  await writeFile(join(root, 'src/a.ts'), '2')
  await changes()
  const other = watchFolders([root], () => {})
  onTestFinished(() => other.close())
  await writeFile(join(root, 'src/a.ts'), '3')
  await other.next()
  await writeFile(join(root, 'src/deep/b.ts'), '3')
  await other.next()

  expect(await changes()).toEqual(['src/a.ts', 'src/deep/b.ts'])
})

test('ends the wait when it is closed', async () => {
  const waiting = watcher.next()

  watcher.close()

  expect(await waiting).toBeUndefined()
  expect(complaints).toEqual([])
})

async function changes(): Promise<string[]> {
  const paths = await watcher.next()
  return [...(paths ?? [])].map((path) => path.slice(root.length + 1)).toSorted()
}
