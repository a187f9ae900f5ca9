import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AccessKey, AccessKeys } from './access-keys.ts'
import type { Principal } from './api.ts'

export interface DataFolder {
  path: string
  /** Removes the folder when it is a temporary one. */
  close: () => Promise<void>
}

/**
 * Takes a folder for this process alone; without `path` a temporary one.
 * @throws Error when a running process has it, with that process's id
 */
export async function openDataFolder(path: string | undefined): Promise<DataFolder> {
  if (path === undefined) {
    const temporary = await mkdtemp(join(tmpdir(), 'fanout-'))
    return { path: temporary, close: () => rm(temporary, { recursive: true, force: true }) }
  }
  await mkdir(path, { recursive: true, mode: 0o700 })
  // It may have existed with another mode
  await chmod(path, 0o700)
  const unlock = await lock(path)
  return { path, close: async () => unlock() }
}

/** SQLite's lock is the operating system's: it ends with the process, however that ends. */
async function lock(path: string): Promise<() => void> {
  const pidFile = join(path, 'pid')
  const database = new DatabaseSync(join(path, 'lock'))
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    const pid = await readFile(pidFile, 'utf8').catch(() => '')
    throw new Error(`data folder ${path} is in use by process ${pid.trim()}: stop it first`, { cause })
  }
  await writeFile(pidFile, `${process.pid}\n`)
  return () => database.close()
}

/** The administrator's key, made once for each folder and readable for its owner only. */
export async function openAdministratorKey(folder: string, keys: AccessKeys, principal: Principal): Promise<AccessKey> {
  const file = join(folder, 'administrator-key.json')
  const kept = await readFile(file, 'utf8').catch(() => undefined)
  if (kept === undefined) {
    const { accessKeyId, secretAccessKey } = keys.issue(principal)
    await writeFile(file, JSON.stringify({ accessKeyId, secretAccessKey }), { mode: 0o600 })
    return { accessKeyId, secretAccessKey, principal }
  }
  const key: AccessKey = { ...JSON.parse(kept), principal }
  keys.add(key)
  return key
}
