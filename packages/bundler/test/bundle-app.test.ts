import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bundleApp } from '../src/bundle-app.ts'
import { readElf } from '../src/testing/read-elf.ts'
import { refuseNativeFile } from '../src/testing/refuse-native-file.ts'
import { createTemporaryApp, readTree } from './temporary-app.ts'

const IMAGE_APP = {
  'src/handler.ts': `
    import sharp from 'sharp'
    import { helper } from './helper.ts'
    export const handler = async () => helper(sharp)
    export const whenItFails = () => import('./rare.ts')`,
  'src/helper.ts': `export const helper = (value: unknown): string => typeof value`,
  'src/rare.ts': `export const rare: string = 'only after a failure'`,
}

test('makes the same bytes in two folders', async () => {
  const [one, two] = [await createTemporaryApp(IMAGE_APP), await createTemporaryApp(IMAGE_APP)]

  await bundleApp(one)
  await bundleApp(two)

  expect(digest(await readTree(join(two, 'dist')))).toEqual(digest(await readTree(join(one, 'dist'))))
})

test('loads a module behind await import() from a file of its own', async () => {
  const folder = await createTemporaryApp(IMAGE_APP)

  await bundleApp(folder)

  const tree = await readTree(join(folder, 'dist/lambda'))
  const holders = [...tree].filter(([, contents]) => contents.includes('only after a failure')).map(([path]) => path)
  expect(holders).toEqual([expect.stringMatching(/^rare-\w+\.mjs$/)])
})

test("adds sharp's native part, every file of it for Lambda's processor and libraries", async () => {
  const folder = await createTemporaryApp(IMAGE_APP)

  await bundleApp(folder)

  const native = [...(await readTree(join(folder, 'dist/lambda')))].filter(([, contents]) => readElf(contents))
  expect(native.map(([path, contents]) => [path, refuseNativeFile(contents)])).toEqual([
    [expect.stringMatching(/^node_modules\/@img\/sharp-libvips-linux-arm64\/lib\/libvips-cpp\.so/), undefined],
    [expect.stringMatching(/^node_modules\/@img\/sharp-linux-arm64\/lib\/sharp-linux-arm64-.*\.node$/), undefined],
  ])
})

test('adds no native part where sharp is not used', async () => {
  const folder = await createTemporaryApp({ 'src/handler.ts': 'export const handler = async () => 1' })

  const { nativeBytes } = await bundleApp(folder)

  expect(nativeBytes).toBe(0)
  expect([...(await readTree(join(folder, 'dist/lambda'))).keys()]).toEqual(['handler.mjs'])
})

test('makes one function of each handler file', async () => {
  const folder = await createTemporaryApp({
    'src/handler.ts': 'export const handler = async () => 1',
    'src/nightly.handler.ts': 'export const handler = async () => 2',
  })

  const { handlers } = await bundleApp(folder)

  expect(handlers).toEqual(['handler', 'nightly'])
  const nightly = await import(join(folder, 'dist/lambda/nightly.mjs'))
  expect(await nightly.handler()).toBe(2)
})

test('keeps source maps and the account of the contents outside the asset', async () => {
  const folder = await createTemporaryApp(IMAGE_APP)

  await bundleApp(folder)

  const meta = JSON.parse(await readFile(join(folder, 'dist/meta.json'), 'utf8'))
  expect(meta.outputs['dist/lambda/handler.mjs'].entryPoint).toBe('src/handler.ts')
  expect((await stat(join(folder, 'dist/maps/handler.mjs.map'))).isFile()).toBe(true)
  expect([...(await readTree(join(folder, 'dist/lambda'))).keys()].filter((path) => path.endsWith('.map'))).toEqual([])
})

test('names file and line when the code does not build, and keeps the last good build', async () => {
  const folder = await createTemporaryApp({
    'src/handler.ts': `import './missing.ts'\nexport const handler = async () => 1`,
    'dist/lambda/handler.mjs': '// the last good build',
  })

  await expect(bundleApp(folder)).rejects.toThrow('src/handler.ts:1:8: Could not resolve "./missing.ts"')

  expect(await readFile(join(folder, 'dist/lambda/handler.mjs'), 'utf8')).toBe('// the last good build')
})

test('refuses a folder without src/handler.ts by name', async () => {
  const folder = await createTemporaryApp({ 'src/other.ts': '' })

  await expect(bundleApp(folder)).rejects.toThrow('no src/handler.ts')
})

test('the command ends with exit code 1 and one message', async () => {
  const folder = await createTemporaryApp({ 'src/other.ts': '' })
  const main = join(import.meta.dirname, '../src/main.ts')

  expect(() => execFileSync(process.execPath, [main], { cwd: folder, stdio: 'pipe' })).toThrow(
    expect.objectContaining({ status: 1, message: expect.stringContaining('cannot bundle app-') }),
  )
})

function digest(tree: Map<string, Buffer>) {
  return [...tree].map(([path, contents]) => `${path} ${createHash('sha256').update(contents).digest('hex')}`)
}
