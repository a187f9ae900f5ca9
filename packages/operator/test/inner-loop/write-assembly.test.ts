import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeAssembly } from '../../src/inner-loop/write-assembly.ts'

const template = {
  Resources: {
    Function1: {
      Type: 'AWS::Lambda::Function',
      Properties: { Environment: { Variables: { STAGE: 'dev' } }, Timeout: 3 },
    },
    Queue2: { Type: 'AWS::SQS::Queue', DeletionPolicy: 'Retain' },
  },
}
const manifest = {
  version: '55.0.0',
  files: {
    a1: { displayName: 'Function/Code', source: { path: 'asset.a1', packaging: 'zip' }, destinations: {} },
    b2: { displayName: 'Template', source: { path: 'Stack.template.json', packaging: 'file' }, destinations: {} },
  },
}

test('changes where the code is, and nothing else', async () => {
  const written = await write(false)

  const { files } = JSON.parse(await written('Stack.assets.json'))
  expect(files.a1).toEqual({ ...manifest.files.a1, source: { path: '/new/code', packaging: 'zip' } })
  expect(files.b2).toEqual(manifest.files.b2)
  expect(JSON.parse(await written('Stack.template.json'))).toEqual(template)
  expect(await written('manifest.json')).toBe('{}')
})

test('lets a debugger attach to the functions', async () => {
  const written = await write(true)

  const { Resources } = JSON.parse(await written('Stack.template.json'))
  expect(Resources.Function1.Properties).toEqual({
    Environment: { Variables: { STAGE: 'dev', NODE_OPTIONS: '--inspect=127.0.0.1:0' } },
    Timeout: 3,
  })
  expect(Resources.Queue2).toEqual(template.Resources.Queue2)
})

async function write(isDebugged: boolean) {
  const [from, to] = [await mkdtemp(join(tmpdir(), 'fanout-from-')), await mkdtemp(join(tmpdir(), 'fanout-to-'))]
  await writeFile(join(from, 'manifest.json'), '{}')
  await writeFile(join(from, 'Stack.template.json'), JSON.stringify(template))
  await writeFile(join(from, 'Stack.assets.json'), JSON.stringify(manifest))
  await writeAssembly(from, to, '/new/code', isDebugged)
  return async (name: string) => await readFile(join(to, name), 'utf8')
}
