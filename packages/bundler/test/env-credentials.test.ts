import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { bundleApp } from '../src/bundle-app.ts'
import { createTemporaryApp } from './temporary-app.ts'

afterEach(() => vi.unstubAllEnvs())

const SDK_APP = {
  'src/handler.ts': `
    import { defaultProvider } from '@aws-sdk/credential-provider-node'
    export const handler = async () => defaultProvider()()`,
}

test("signs with the credentials in the function's environment", async () => {
  const folder = await createTemporaryApp(SDK_APP)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_SESSION_TOKEN', 'token')

  await bundleApp(folder)
  const { handler } = await import(join(folder, 'dist/lambda/handler.mjs'))

  expect(await handler()).toEqual({ accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' })
})

test('names the variable that is missing', async () => {
  const folder = await createTemporaryApp(SDK_APP)
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)

  await bundleApp(folder)
  const { handler } = await import(join(folder, 'dist/lambda/handler.mjs'))

  await expect(handler()).rejects.toThrow('AWS_ACCESS_KEY_ID is not set')
})
