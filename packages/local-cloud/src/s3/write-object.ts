import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../api.ts'
import { checkWrite, type WriteConditions } from './conditions.ts'
import type { S3Call, S3Parts } from './parts.ts'
import type { ObjectContent } from './store.ts'

/**
 * Makes uploaded bytes the current version of the call's key and tells the topics. The conditions are checked here, with
 * nothing between check and change, so that of two conditional writes one wins. `seen`: see `checkWrite`.
 */
export function writeObject(
  { store, blobs, notify }: S3Parts,
  call: S3Call,
  content: ObjectContent,
  { conditions, seen }: { conditions: WriteConditions; seen: string | undefined },
  eventName: string,
) {
  try {
    checkWrite(conditions, store.newest(call.bucket, call.key), seen)
  } catch (error) {
    blobs.remove(content.blob)
    throw error
  }
  const { added, replaced } = store.add(call.bucket, call.key, { ...content, type: 'object' as const })
  if (replaced?.type === 'object') blobs.remove(replaced.blob)
  notify(call, eventName, added)
  return added
}

const kept = /^(cache-control|content-(disposition|encoding|language|type)|expires|x-amz-meta-.+)$/

/** What of an upload's headers comes back with the object. */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).filter(([name]) => kept.test(name))
  const given = Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
  return { 'content-type': 'binary/octet-stream', ...given }
}

// Each of these changes what is stored or who may read it: to ignore one would be a lie
const refused =
  /^x-amz-((copy-source-)?server-side-encryption-|object-lock-|grant-|write-offset-|website-redirect-|mfa$|bypass-)/
const accepted: Record<string, string[]> = {
  'x-amz-acl': ['private', 'bucket-owner-full-control'],
  'x-amz-server-side-encryption': ['AES256'],
  'x-amz-storage-class': ['STANDARD'],
}

/** Refuses headers of features that are not modelled. */
export function checkHeaders(headers: IncomingHttpHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    if (accepted[name]?.includes(String(value)) ?? !refused.test(name)) continue
    throw new ApiError(501, 'NotImplemented', `${name}: ${String(value)} is not modelled by the local cloud`)
  }
}
