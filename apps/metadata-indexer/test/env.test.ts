import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

describe('env', () => {
  it.each(['UPLOADS_BUCKET', 'INDEX_TABLE'])('names %s when it is missing', async (name) => {
    vi.stubEnv('UPLOADS_BUCKET', 'uploads')
    vi.stubEnv('INDEX_TABLE', 'index')
    expect(await import('../src/env.ts')).toHaveProperty('env', { UPLOADS_BUCKET: 'uploads', INDEX_TABLE: 'index' })
    vi.resetModules()
    vi.stubEnv(name, '')

    await expect(import('../src/env.ts')).rejects.toThrow(name)
  })
})
