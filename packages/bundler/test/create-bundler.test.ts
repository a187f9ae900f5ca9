import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bundleApp } from '../src/bundle-app.ts'
import { createBundler } from '../src/index.ts'
import { createTemporaryApp, readTree } from './temporary-app.ts'

const APP = {
  'src/handler.ts': `import { size } from './size.ts'\nexport const handler = async () => size`,
  'src/size.ts': `export const size: number = 1`,
}

test('makes what the build makes, and says of what', async () => {
  const { folder, bundler } = await start()

  const { inputs, handlers } = await bundler.bundle(join(folder, 'next'))

  await bundleApp(folder)
  expect(await readTree(join(folder, 'next'))).toEqual(await readTree(join(folder, 'dist')))
  expect(inputs.toSorted()).toEqual([join(folder, 'src/handler.ts'), join(folder, 'src/size.ts')])
  expect(handlers).toEqual(['handler'])
})

test('makes the next bundle of what is there then, further functions too', async () => {
  const { folder, bundler } = await start()
  await bundler.bundle(join(folder, 'one'))
  await writeFile(join(folder, 'src/size.ts'), 'export const size: number = 2')
  await writeFile(join(folder, 'src/nightly.handler.ts'), 'export const handler = async () => 3')

  const { handlers } = await bundler.bundle(join(folder, 'two'))

  expect(handlers).toEqual(['handler', 'nightly'])
  const [one, two] = [
    await import(join(folder, 'one/lambda/handler.mjs')),
    await import(join(folder, 'two/lambda/handler.mjs')),
  ]
  expect([await one.handler(), await two.handler()]).toEqual([1, 2])
})

test('names the place of an error, leaves the last bundle alone, and goes on when it is mended', async () => {
  const { folder, bundler } = await start()
  const dist = join(folder, 'next')
  await bundler.bundle(dist)
  await writeFile(join(folder, 'src/size.ts'), 'export const size: number = ;')

  const failing = bundler.bundle(dist)

  await expect(failing).rejects.toThrow('src/size.ts:1:29: Unexpected ";"')
  await expect(failing).rejects.toMatchObject({
    places: [{ file: join(folder, 'src/size.ts'), line: 1, column: 29, text: 'Unexpected ";"' }],
  })
  expect([...(await readTree(dist)).keys()]).toContain('lambda/handler.mjs')
  await writeFile(join(folder, 'src/size.ts'), 'export const size: number = 2')
  await expect(bundler.bundle(dist)).resolves.toMatchObject({ handlers: ['handler'] })
  await rm(join(folder, 'src/handler.ts'))
  await expect(bundler.bundle(dist)).rejects.toThrow('no src/handler.ts')
})

test('says of which files it would be made without writing one', async () => {
  const { folder, bundler } = await start()

  const inputs = await bundler.readInputs()

  expect(inputs.toSorted()).toEqual(Object.keys(APP).map((path) => join(folder, path)))
  expect([...(await readTree(folder)).keys()]).toEqual(Object.keys(APP))
})

test('leads a debugger back to the sources', async () => {
  const { folder, bundler } = await start({ isDebugged: true })

  await bundler.bundle(join(folder, 'next'))

  const script = await readFile(join(folder, 'next/lambda/handler.mjs'), 'utf8')
  const map = JSON.parse(Buffer.from(script.split('base64,')[1] ?? '', 'base64').toString())
  expect(map.sourcesContent).toContain(APP['src/size.ts'])
  expect(new URL(map.sources[0], map.sourceRoot).pathname).toBe(join(folder, 'src/size.ts'))
})

async function start({ isDebugged = false } = {}) {
  const folder = await createTemporaryApp(APP)
  const bundler = createBundler(folder, { isDebugged })
  onTestFinished(bundler.close)
  return { folder, bundler }
}
