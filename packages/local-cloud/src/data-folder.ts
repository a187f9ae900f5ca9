import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Principal } from './api.ts'

export type AccessKey = { accessKeyId: string; secretAccessKey: string; sessionToken?: string; principal: Principal }
/** The keys that this cloud accepts, by their ids. */
export type AccessKeys = Map<string, AccessKey>

/** A new key: temporary (with a session token) for a role, long-lived for anyone else, as in AWS. */
export function issueKey(keys: AccessKeys, principal: Principal): AccessKey {
  const isTemporary = principal.type === 'role'
  const key: AccessKey = {
    accessKeyId: `${isTemporary ? 'ASIA' : 'AKIA'}${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    ...(isTemporary && { sessionToken: randomBytes(96).toString('base64') }),
    principal,
  }
  keys.set(key.accessKeyId, key)
  return key
}

/** The administrator's key, made once for each folder and readable for its owner only. */
export async function openAdministratorKey(folder: string, keys: AccessKeys, principal: Principal): Promise<AccessKey> {
  const file = join(folder, 'administrator-key.json')
  const kept = await readFile(file, 'utf8').catch(() => undefined)
  const key: AccessKey = kept === undefined ? issueKey(keys, principal) : JSON.parse(kept)
  if (kept === undefined) await writeFile(file, JSON.stringify(key), { mode: 0o600 })
  keys.set(key.accessKeyId, key)
  return key
}

/**
 * Takes a folder for this process alone; without `path` a temporary one, which goes when it is closed.
 * @throws Error when a running process has it, with that process's id
 */
export async function openDataFolder(path: string | undefined): Promise<{ path: string; close: () => Promise<void> }> {
  if (path === undefined) {
    const temporary = await mkdtemp(join(tmpdir(), 'fanout-'))
    return { path: temporary, close: () => rm(temporary, { recursive: true, force: true }) }
  }
  await mkdir(path, { recursive: true })
  await chmod(path, 0o700)
  // SQLite's lock is the operating system's: it ends with the process, however that ends
  const lock = new DatabaseSync(join(path, 'lock'))
  const pidFile = join(path, 'pid')
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    const pid = await readFile(pidFile, 'utf8').catch(() => '')
    throw new Error(`data folder ${path} is in use by process ${pid.trim()}: stop it first`, { cause })
  }
  await writeFile(pidFile, `${process.pid}\n`)
  return { path, close: async () => lock.close() }
}
