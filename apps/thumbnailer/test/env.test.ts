import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

describe('env', () => {
  it('has sizes of its own', async () => {
    const env = await load({})

    expect(env).toMatchObject({ THUMBNAIL_SIZES: [1024, 512, 128], THUMBNAIL_FORMAT: 'webp', THUMBNAIL_QUALITY: 80 })
  })

  it('puts the sizes in order, largest first, without repeats', async () => {
    const env = await load({ THUMBNAIL_SIZES: '64,900, 64' })

    expect(env.THUMBNAIL_SIZES).toEqual([900, 64])
  })

  it.each([
    ['THUMBNAIL_SIZES', '512,big'],
    ['THUMBNAIL_SIZES', ''],
    ['THUMBNAIL_SIZES', '20000'],
    ['THUMBNAIL_FORMAT', 'bmp'],
    ['THUMBNAIL_QUALITY', '0'],
    ['THUMBNAILS_BUCKET', ''],
    ['THUMBNAILS_BUCKET', 'uploads'],
  ])('names %s when it is %j', async (name, value) => {
    await expect(load({ [name]: value })).rejects.toThrow(name)
  })
})

async function load(variables: Record<string, string>) {
  vi.stubEnv('UPLOADS_BUCKET', 'uploads')
  vi.stubEnv('THUMBNAILS_BUCKET', 'thumbnails')
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
  const { env } = await import('../src/env.ts')
  return env
}
