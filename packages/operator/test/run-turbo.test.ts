import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runTurbo } from '../src/run-turbo.ts'

test('says nothing of a task that works', async () => {
  const root = await createRoot('echo built')

  await expect(runTurbo(root, 'build')).resolves.toBeUndefined()
})

test('shows what the tools said of a task that fails', async () => {
  const root = await createRoot('echo "create-thumbnails.ts:3: unexpected }"; exit 1')

  await expect(runTurbo(root, 'build')).rejects.toThrow('build failed\ncreate-thumbnails.ts:3: unexpected }')
})

test('says how to run it where turbo does not find pnpm', async () => {
  const root = await createRoot('echo "cannot find binary path" >&2; exit 1')

  await expect(runTurbo(root, 'build')).rejects.toThrow('npx -y pnpm@12 start')
})

test('says so when nothing is installed', async () => {
  const root = await mkdtemp(join(tmpdir(), 'fanout-empty-'))

  await expect(runTurbo(root, 'build')).rejects.toThrow('cannot run turbo')
})

async function createRoot(script: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'fanout-turbo-'))
  await mkdir(join(root, 'node_modules/.bin'), { recursive: true })
  await writeFile(join(root, 'node_modules/.bin/turbo'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return root
}
