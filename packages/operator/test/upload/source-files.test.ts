import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { UsageError } from '../../src/exit-codes.ts'
import { findSourceFiles } from '../../src/upload/source-files.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fanout-files-'))
  await mkdir(join(folder, 'sub'))
  for (const name of ['a b.jpg', 'ü.txt', 'sub/a b.jpg', 'locked.txt']) await writeFile(join(folder, name), 'four')
  await chmod(join(folder, 'locked.txt'), 0)
})

test('takes each file under its base name, behind the prefix', async () => {
  const files = await findSourceFiles([join(folder, 'a b.jpg'), join(folder, 'ü.txt')], 'in/')

  expect(files.map(({ key, size }) => [key, size])).toEqual([
    ['in/a b.jpg', 4],
    ['in/ü.txt', 4],
  ])
})

test('refuses two files of one name, naming both', async () => {
  const [one, other] = [join(folder, 'a b.jpg'), join(folder, 'sub/a b.jpg')]

  const finding = findSourceFiles([one, other])

  await expect(finding).rejects.toThrow(`two files would be one object a b.jpg: ${one} and ${other}`)
  await expect(finding).rejects.toThrow(UsageError)
})

test('refuses a folder by its name', async () => {
  await expect(findSourceFiles([join(folder, 'sub')])).rejects.toThrow(`${join(folder, 'sub')} is a folder`)
})

test('refuses what is not a regular file', async () => {
  await expect(findSourceFiles(['/dev/null'])).rejects.toThrow('/dev/null is not a regular file')
})

test.skipIf(process.getuid?.() === 0)('refuses a file that may not be read', async () => {
  await expect(findSourceFiles([join(folder, 'locked.txt')])).rejects.toThrow('permission denied')
})
