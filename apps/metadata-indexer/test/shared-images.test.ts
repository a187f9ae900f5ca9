import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import metadata from '../commands.ts'

const FIXTURES = join(import.meta.dirname, '../../../../shared/fixtures')

interface Entry {
  file: string
  expected_metadata?: Record<string, unknown>
  two_sources_agree_on?: string[]
}

// Images of many origins, hostile ones among them, kept beside the repository where they are at hand.
describe.runIf(existsSync(FIXTURES))('the shared images', () => {
  const images = readManifest().filter(({ file }) => file.startsWith('images/'))

  it.each(images)('$file: answered in no time and next to no memory', async ({ file }) => {
    const started = process.cpuUsage()
    const before = process.memoryUsage.rss()

    const result = await metadata.run(join(FIXTURES, file))

    expect(metadata.describe(result)).toMatch(/^[\w .,()/+-]+$/)
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000)
    expect(process.memoryUsage.rss() - before).toBeLessThan(50_000_000)
  })

  it.each(images.filter((entry) => entry.expected_metadata))('$file: what two other readers say', async (entry) => {
    const result = await metadata.run(join(FIXTURES, entry.file))

    const fields = (of: Record<string, unknown>) => entry.two_sources_agree_on?.map((name) => [name, of[name]])
    expect(fields(result)).toEqual(fields(entry.expected_metadata ?? {}))
  })
})

function readManifest(): Entry[] {
  const file = join(FIXTURES, 'manifest.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
}
