import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../api.ts'
import { checkWrite, type WriteConditions } from './conditions.ts'
import type { S3Call, S3Parts } from './parts.ts'
import type { ObjectContent, StoredObject } from './store.ts'

/**
 * Makes uploaded bytes the current version of the call's key and tells the topics. Checked here, with nothing between
 * check and change, so that of two conditional writes one wins.
 */
export function writeObject(
  { store, blobs, notify }: S3Parts,
  call: S3Call,
  content: Omit<ObjectContent, 'type'>,
  { conditions, seen }: { conditions: WriteConditions; seen: string | undefined },
  eventName: string,
): StoredObject {
  const { bucket, key } = call
  try {
    checkWrite(conditions, store.newest(bucket, key), seen)
  } catch (error) {
    blobs.remove(content.blob)
    throw error
  }
  const { added, replaced } = store.add(bucket, key, { type: 'object', ...content })
  if (replaced?.type === 'object') blobs.remove(replaced.blob)
  const { size, eTag, sequencer } = added
  notify(call, bucket, eventName, { key, size, eTag, versionId: eventVersionId(added), sequencer })
  return added
}

/** Events have no version id for the version `null`. */
export function eventVersionId({ versionId }: { versionId: string }): string | undefined {
  return versionId === 'null' ? undefined : versionId
}

/** The sequencer of the object that is current; see `checkWrite`. */
export function seenNow({ store }: S3Parts, { bucket, key }: S3Call): string | undefined {
  const newest = store.newest(bucket, key)
  return newest?.type === 'object' ? newest.sequencer : undefined
}

const kept = /^(cache-control|content-(disposition|encoding|language|type)|expires|x-amz-meta-.+)$/

/** What of an upload's headers comes back with the object. */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).filter(([name]) => kept.test(name))
  const metadata = entries.filter(([name]) => name.startsWith('x-amz-meta-'))
  const size = metadata.reduce(
    (sum, [name, value]) => sum + name.length - 'x-amz-meta-'.length + String(value).length,
    0,
  )
  if (size > 2048) {
    const details = { Size: String(size), MaxSizeAllowed: '2048' }
    throw new ApiError(
      400,
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
      details,
    )
  }
  return {
    'content-type': 'binary/octet-stream',
    ...Object.fromEntries(entries.map(([name, text]) => [name, String(text)])),
  }
}

// Each of these would change what is stored or who may read it; to ignore one would be a lie
const refused = [
  /^x-amz-(copy-source-)?server-side-encryption-/,
  /^x-amz-object-lock-/,
  /^x-amz-grant-/,
  /^x-amz-(write-offset-bytes|website-redirect-location|mfa|bypass-governance-retention|rename-source)$/,
]
const accepted: Record<string, string[]> = {
  'x-amz-acl': ['private', 'bucket-owner-full-control'],
  'x-amz-server-side-encryption': ['AES256'],
  'x-amz-storage-class': ['STANDARD'],
}

/** Refuses headers of features that are not modelled. */
export function checkHeaders(headers: IncomingHttpHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    const isAccepted = accepted[name]?.includes(String(value)) ?? !refused.some((pattern) => pattern.test(name))
    if (isAccepted) continue
    throw new ApiError(501, 'NotImplemented', `${name}: ${String(value)} is not modelled by the local cloud`, {
      Header: name,
    })
  }
}
