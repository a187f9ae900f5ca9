import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type AccessKeys, openAdministratorKey, openDataFolder } from '../src/data-folder.ts'
import { administrator } from './site.ts'

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fanout-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('is for its owner alone, also when it existed before', async () => {
  const path = await temporaryFolder()
  await chmod(path, 0o755)

  const folder = await openDataFolder(path)

  expect((await stat(path)).mode & 0o777).toBe(0o700)
  await folder.close()
})

test('is refused to a second start, which learns who has it', async () => {
  const path = await temporaryFolder()
  const folder = await openDataFolder(path)

  const second = openDataFolder(path)

  await expect(second).rejects.toThrow(`data folder ${path} is in use by process ${process.pid}: stop it first`)
  await folder.close()
})

test('can be opened again when it was closed', async () => {
  const path = await temporaryFolder()
  const first = await openDataFolder(path)
  await first.close()

  const again = await openDataFolder(path)

  expect(again.path).toBe(path)
  await again.close()
})

test('is taken over from a process that was killed', async () => {
  const path = await temporaryFolder()
  const module = join(import.meta.dirname, '../src/data-folder.ts')
  const code = `await (await import(${JSON.stringify(module)})).openDataFolder(${JSON.stringify(path)})
    console.log('open'); setInterval(() => {}, 1000)`
  const other = spawn(process.execPath, ['--input-type=module', '--eval', code])
  await once(other.stdout, 'data')
  await expect(openDataFolder(path)).rejects.toThrow(`is in use by process ${other.pid}`)
  other.kill('SIGKILL')
  await once(other, 'exit')

  const folder = await openDataFolder(path)

  expect(await readFile(join(path, 'pid'), 'utf8')).toBe(`${process.pid}\n`)
  await folder.close()
})

test('is a temporary one without a path, and goes when it is closed', async () => {
  const folder = await openDataFolder(undefined)
  expect((await stat(folder.path)).mode & 0o777).toBe(0o700)

  await folder.close()

  expect(existsSync(folder.path)).toBe(false)
})

test('keeps one administrator key for each folder, readable for its owner alone', async () => {
  const path = await temporaryFolder()
  const [first, again, other]: AccessKeys[] = [new Map(), new Map(), new Map()]

  const made = await openAdministratorKey(path, first!, administrator)
  const kept = await openAdministratorKey(path, again!, administrator)
  const elsewhere = await openAdministratorKey(await temporaryFolder(), other!, administrator)

  expect(kept).toEqual(made)
  expect(again!.get(made.accessKeyId)).toMatchObject({
    secretAccessKey: made.secretAccessKey,
    principal: administrator,
  })
  expect(elsewhere.secretAccessKey).not.toBe(made.secretAccessKey)
  expect((await stat(join(path, 'administrator-key.json'))).mode & 0o777).toBe(0o600)
})
