import { randomBytes } from 'node:crypto'
import type { Principal } from './api.ts'

export interface AccessKey {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
  principal: Principal
}

/** The keys that this cloud accepts, and who signs with each. */
export interface AccessKeys {
  add: (key: AccessKey) => void
  /** A new key: temporary (with a session token) for a role, long-lived for anyone else, as in AWS. */
  issue: (principal: Principal) => AccessKey
  find: (accessKeyId: string) => AccessKey | undefined
}

export function createAccessKeys(): AccessKeys {
  const keys = new Map<string, AccessKey>()
  const add = (key: AccessKey) => void keys.set(key.accessKeyId, key)
  const issue = (principal: Principal) => {
    const isTemporary = principal.type === 'role'
    const key: AccessKey = {
      accessKeyId: `${isTemporary ? 'ASIA' : 'AKIA'}${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      ...(isTemporary && { sessionToken: randomBytes(96).toString('base64') }),
      principal,
    }
    add(key)
    return key
  }
  return { add, issue, find: (accessKeyId) => keys.get(accessKeyId) }
}
