import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { deployCode } from '../../src/lambda/deploy-code.ts'
import { temporaryFolder } from '../write-assembly.ts'

const isLambdaHost = process.platform === 'linux' && process.arch === 'arm64'

async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

/** A package as sharp's natives are: what it exports tells which one it is. */
const native = (name: string, text: string) => ({
  [`node_modules/@img/${name}/package.json`]: '{"exports":{"./sharp.node":"./sharp.js","./package":"./package.json"}}',
  [`node_modules/@img/${name}/sharp.js`]: `module.exports = '${text}'`,
})

async function writeAsset(): Promise<{ workspace: string; asset: string; deployed: string }> {
  const workspace = await temporaryFolder()
  const asset = join(workspace, 'cdk.out/asset.1')
  await writeFiles(asset, { 'handler.mjs': 'export {}', ...native('sharp-linux-arm64', 'for Lambda') })
  return { workspace, asset, deployed: join(await temporaryFolder(), 'functions/greeter-1') }
}

test('copies the code, in place of what an earlier run has left', async () => {
  const { asset, deployed } = await writeAsset()
  await writeFiles(deployed, { 'old.mjs': 'old' })
  await writeFiles(asset, { 'node_modules/sharp/index.js': '' })

  await deployCode(asset, deployed).catch(() => {})

  expect(await readFile(join(deployed, 'handler.mjs'), 'utf8')).toBe('export {}')
  expect(existsSync(join(deployed, 'old.mjs'))).toBe(false)
})

test.skipIf(isLambdaHost)('puts the sharp of this host in the place of the one for Lambda', async () => {
  const { workspace, asset, deployed } = await writeAsset()
  const host = [`${process.platform}-${process.arch}`, `linuxmusl-${process.arch}`]
  await writeFiles(workspace, {
    'node_modules/sharp/index.js': '',
    ...Object.assign({}, ...host.map((name) => native(`sharp-${name}`, 'for this host'))),
  })

  await deployCode(asset, deployed)

  const require = createRequire(join(deployed, 'handler.mjs'))
  expect(require('@img/sharp-linux-arm64/sharp.node')).toBe('for this host')
})

test.skipIf(isLambdaHost)('says what to do when there is no sharp for this host', async () => {
  const { asset, deployed } = await writeAsset()

  // In a process of its own: pnpm tells the one that runs the tests of more places to look
  const module = join(import.meta.dirname, '../../src/lambda/deploy-code.ts')
  const code = `const { deployCode } = await import(${JSON.stringify(module)})
    await deployCode(${JSON.stringify(asset)}, ${JSON.stringify(deployed)})`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { env: {}, encoding: 'utf8' })

  expect(stderr).toMatch(/uses sharp, and @img\/sharp-.* is not installed beside it: run pnpm install/)
})

test('says what to do when the asset is missing', async () => {
  await expect(deployCode('/nowhere/asset.1', '/nowhere/functions')).rejects.toThrow(
    'asset folder /nowhere/asset.1 is missing: run pnpm turbo run synth',
  )
})
