import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import commands from '../commands.ts'
import { renderFile } from '../src/render-file.ts'
import { buildImage } from './build-image.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fanout-render-file-'))
  await writeFile(
    join(folder, 'a b.jpg'),
    await buildImage(300, 200).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  )
  vi.spyOn(process, 'cwd').mockReturnValue(folder)
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

describe('renderFile', () => {
  it('tells what the job would make, and writes nothing', async () => {
    const rendered = await renderFile(join(folder, 'a b.jpg'))

    expect(rendered).toMatchObject({
      outcome: 'done',
      reason: null,
      format: 'jpeg',
      width: 300,
      height: 200,
      renditions: [
        { file: null, width: 200, height: 300, format: 'webp' },
        { file: null, width: 200, height: 300, format: 'webp' },
        { file: null, width: 85, height: 128, format: 'webp' },
      ],
    })
    expect(rendered.ms).toBeGreaterThanOrEqual(0)
    expect(rendered.peakRssMb).toBeGreaterThan(30)
    expect(await readdir(folder)).toEqual(['a b.jpg'])
  })

  it('has the settings of the environment', async () => {
    vi.stubEnv('THUMBNAIL_SIZES', '64')
    vi.stubEnv('THUMBNAIL_FORMAT', 'jpeg')

    const { renditions } = await renderFile(join(folder, 'a b.jpg'))

    expect(renditions).toMatchObject([{ width: 43, height: 64, format: 'jpeg' }])
  })

  it('writes renditions under names that tell the files apart', async () => {
    vi.stubEnv('THUMBNAIL_SIZES', '64,32')
    await mkdir(join(folder, 'in'))
    await writeFile(join(folder, 'in/a b.jpg'), await buildImage(30, 20).jpeg().toBuffer())
    const out = join(folder, 'out')

    const { renditions } = await renderFile(join(folder, 'a b.jpg'), out)
    await renderFile(join(folder, 'in/a b.jpg'), out)

    expect((await readdir(out)).toSorted()).toEqual([
      'a%20b.jpg@32.webp',
      'a%20b.jpg@64.webp',
      'in%2Fa%20b.jpg@32.webp',
      'in%2Fa%20b.jpg@64.webp',
    ])
    expect(renditions[0]?.file).toBe(join(out, 'a%20b.jpg@64.webp'))
    expect((await readFile(join(out, 'a%20b.jpg@64.webp'))).length).toBe(renditions[0]?.bytes)
  })

  it.each(['../a b.jpg', `${'é'.repeat(100)}.jpg`])('stays inside the folder for %s', async (name) => {
    vi.stubEnv('THUMBNAIL_SIZES', '64')
    const inner = join(folder, 'inner')
    await mkdir(inner)
    await writeFile(join(inner, name), await buildImage(30, 20).jpeg().toBuffer())
    vi.spyOn(process, 'cwd').mockReturnValue(inner)

    const { renditions } = await renderFile(join(inner, name), join(inner, 'out'))

    expect(await readdir(join(inner, 'out'))).toHaveLength(1)
    expect(renditions[0]?.file?.slice(inner.length + 5)).not.toContain('/')
  })

  it('replaces a link that lies in its place, and what it leads to stays', async () => {
    vi.stubEnv('THUMBNAIL_SIZES', '64')
    const out = join(folder, 'out')
    await mkdir(out)
    await writeFile(join(folder, 'precious'), 'precious')
    await symlink(join(folder, 'precious'), join(out, 'a%20b.jpg@64.webp'))

    await renderFile(join(folder, 'a b.jpg'), out)

    expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('precious')
    expect((await readFile(join(out, 'a%20b.jpg@64.webp'))).subarray(8, 12).toString()).toBe('WEBP')
  })

  it.each([
    ['torn.jpg', 'ffd8ff', { outcome: 'rejected', reason: 'truncated JPEG', format: 'jpeg' }],
    [
      'logo.png',
      Buffer.from('<svg/>').toString('hex'),
      { outcome: 'rejected', reason: 'SVG is not supported', format: 'svg' },
    ],
    ['notes.txt', '68656c6c6f', { outcome: 'skipped', reason: 'not an image', format: null }],
    ['empty.png', '', { outcome: 'rejected', reason: 'empty file', format: null }],
  ])('has a typed outcome for %s', async (name, hex, expected) => {
    await writeFile(join(folder, name), Buffer.from(hex, 'hex'))

    const rendered = await renderFile(join(folder, name))

    expect(rendered).toMatchObject({ ...expected, width: null, height: null, renditions: [] })
  })

  it('throws what keeps it from reading or writing', async () => {
    await expect(renderFile(join(folder, 'no-such.jpg'))).rejects.toThrow('ENOENT')
    await expect(renderFile(folder)).rejects.toThrow('it is not a regular file')
    await expect(renderFile('/dev/zero')).rejects.toThrow('it is not a regular file')
    await expect(renderFile(join(folder, 'a b.jpg'), join(folder, 'a b.jpg'))).rejects.toThrow('cannot write')
  })
})

describe('the command', () => {
  it('says in a line what came out', async () => {
    await writeFile(join(folder, 'notes.txt'), 'hello')

    const done = commands.describe(await commands.run(join(folder, 'a b.jpg'), {}))
    const skipped = commands.describe(await commands.run(join(folder, 'notes.txt'), {}))

    expect(done).toMatch(/^done {2}jpeg 300x200 {2}200x300 200x300 85x128 {3}\d+ ms$/)
    expect(skipped).toBe('skipped  not an image')
  })
})
