import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runTurbo } from '../../src/local-session/run-turbo.ts'

test('says nothing of a task that works', async () => {
  const root = await createRoot('echo built')

  await expect(runTurbo(root, 'build')).resolves.toBeUndefined()
})

test('shows what the tools said of a task that fails', async () => {
  const root = await createRoot('echo "create-thumbnails.ts:3: unexpected }"; exit 1')

  await expect(runTurbo(root, 'build')).rejects.toThrow('build failed\ncreate-thumbnails.ts:3: unexpected }')
})

test('leaves out what turbo and pnpm say around a failed task', async () => {
  const root = await createRoot(`cat <<'END'
   • Running build in 11 packages
@fanout/thumbnailer:build: cache miss, executing 34991d42c27b745b
@fanout/thumbnailer:build: $ fanout-bundle
@fanout/thumbnailer:build: cannot bundle thumbnailer: src/handler.ts:10:11: Unexpected ";"
@fanout/thumbnailer:build: [ELIFECYCLE] Command failed with exit code 1.
 Tasks:    0 successful, 3 total
END
exit 1`)

  const message = await runTurbo(root, 'build').catch((error: Error) => error.message)

  expect(message).toBe(
    'build failed\n@fanout/thumbnailer:build: cannot bundle thumbnailer: src/handler.ts:10:11: Unexpected ";"',
  )
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
