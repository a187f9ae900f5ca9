import { expect, test } from 'vitest'
import { copySharpForLambda } from '../src/sharp-for-lambda.ts'
import { createTemporaryApp } from './temporary-app.ts'

test('refuses native parts of another release than the JavaScript', async () => {
  const folder = await createTemporaryApp({
    'package.json': JSON.stringify({
      version: '9.0.0',
      optionalDependencies: { '@img/sharp-linux-arm64': '9.0.0', '@img/sharp-libvips-linux-arm64': '9.9.9' },
    }),
  })

  await expect(copySharpForLambda(folder, `${folder}/asset`)).rejects.toThrow(
    /^sharp 9\.0\.0 needs @img\/sharp-linux-arm64 9\.0\.0, but [\d.]+ is installed/,
  )
})
